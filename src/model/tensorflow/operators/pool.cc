// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/operators.h"
#include "model/tensorflow/operators/layout.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

void Pool(Translation& t, std::size_t spatial, std::string_view op_type) {
  Attributes attributes = {{"kernel_shape", Spatial(t, "ksize", spatial)},
                           {"strides", Spatial(t, "strides", spatial)}};
  SetPadding(t, std::get<Axes>(attributes["kernel_shape"]), attributes);
  MakeImage(t, spatial, op_type, {Image(t, 0, spatial)}, std::move(attributes));
}

template <std::size_t spatial>
void Average(Translation& t) {
  Pool(t, spatial, "AveragePool");
}

template <std::size_t spatial>
void Largest(Translation& t) {
  Pool(t, spatial, "MaxPool");
}

constexpr Operator kRows[] = {
    {"AvgPool", 1, 1, &Average<2>},
    {"AvgPool3D", 1, 1, &Average<3>},
    {"MaxPool", 1, 1, &Largest<2>},
    {"MaxPool3D", 1, 1, &Largest<3>},
};

}  // namespace

std::span<const Operator> PoolOperators() { return kRows; }

}  // namespace acc::model::tensorflow

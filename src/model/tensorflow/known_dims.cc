// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/known_dims.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <vector>

namespace acc::model::tensorflow {
namespace {

// Of the first input; sorted.
constexpr std::array<std::string_view, 14> kKeepDims = {
    "BiasAdd",   "Cast",    "Elu",     "Identity", "LeakyRelu",
    "Neg",       "Relu",    "Relu6",   "Reverse",  "ReverseSequence",
    "ReverseV2", "Sigmoid", "Softmax", "Tanh"};

}  // namespace

void KnownDims::AddInput(const ValueInfo& input) {
  for (std::size_t axis = 0; axis < input.dims.size(); ++axis) {
    if (input.dims[axis] != kUnknownDim) {
      Set(input.name, static_cast<std::int64_t>(axis), input.dims[axis]);
    }
  }
}

bool KnownDims::PickSize(Translation& t) const {
  const auto shape = shapes_.find(t.op().inputs[0]);
  const auto begin = t.Ints(1);
  const bool picks_one = t.Int("shrink_axis_mask", 0) == 1 && t.Int("begin_mask", 0) == 0 &&
                         t.Int("new_axis_mask", 0) == 0 && t.Int("ellipsis_mask", 0) == 0;
  if (shape == shapes_.end() || !begin || begin->size() != 1 || !picks_one) return false;
  const Sizes& sizes = sizes_.at(shape->second);
  const auto size = sizes.find(begin->front());
  const bool fits = size != sizes.end() && size->second <= std::numeric_limits<std::int32_t>::max();
  if (!fits || t.Type("T") != ElementType::kInt32) return false;
  t.MakeConstant(
      0, Tensor::FromValues<std::int32_t>(ElementType::kInt32, {},
                                          std::vector{static_cast<std::int32_t>(size->second)}));
  return true;
}

void KnownDims::Transpose(const Translation& t, const std::string& output) {
  const auto order = t.Ints(1);
  if (!order) return;
  const Sizes before = sizes_.at(t.op().inputs[0]);
  for (std::size_t axis = 0; axis < order->size(); ++axis) {
    const auto size = before.find((*order)[axis]);
    if (size != before.end()) Set(output, static_cast<std::int64_t>(axis), size->second);
  }
}

bool KnownDims::Translate(Translation& t) {
  const std::string_view type = t.op().def->op();
  if (t.InputCount() == 0) return false;
  if (type == "StridedSlice") return PickSize(t);
  const auto known = sizes_.find(t.op().inputs[0]);
  if (known == sizes_.end()) return false;
  if (type == "Shape") shapes_[t.Output(0)] = known->first;
  if (type == "Transpose") Transpose(t, t.Output(0));
  if (std::ranges::binary_search(kKeepDims, type)) {
    const Sizes sizes = known->second;
    sizes_[t.Output(0)] = sizes;
  }
  return false;
}

}  // namespace acc::model::tensorflow

// SPDX-License-Identifier: BSD-3-Clause
// Ops that resize images or move their pixels into channels.
#include <fmt/format.h>

#include "base/text.h"
#include "model/tensorflow/operators.h"
#include "model/tensorflow/operators/layout.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

void Resize(Translation& t, Attributes attributes) {
  attributes["axes"] = Axes{2, 3};
  MakeFromImage(t, 2,
                t.Add("Resize", {t.Moved(0, ToChannelFirst(2)), "", "", t.AsInt64(1)},
                      std::move(attributes)));
}

std::string Coordinates(Translation& t) {
  if (t.Bool("align_corners", false)) return "align_corners";
  return t.Bool("half_pixel_centers", false) ? "half_pixel" : "asymmetric";
}

void Bilinear(Translation& t) {
  Resize(t, {{"mode", "linear"}, {"coordinate_transformation_mode", Coordinates(t)}});
}

// Halves go upwards, save where corners count from 0.
void Nearest(Translation& t) {
  const std::string coordinates = Coordinates(t);
  Resize(t, {{"mode", "nearest"},
             {"coordinate_transformation_mode", coordinates},
             {"nearest_mode", coordinates == "asymmetric" ? "floor" : "round_prefer_ceil"}});
}

// Keys's coefficient is another one where pixels have centers.
void Bicubic(Translation& t) {
  const bool has_centers = Coordinates(t) == "half_pixel";
  Resize(t, {{"mode", "cubic"},
             {"coordinate_transformation_mode", Coordinates(t)},
             {"cubic_coeff_a", has_centers ? -0.5F : -0.75F},
             {"exclude_outside", std::int64_t{has_centers ? 1 : 0}}});
}

void DepthToSpace(Translation& t) {
  MakeImage(t, 2, "DepthToSpace", {Image(t, 0, 2)}, {{"blocksize", t.Int("block_size", 1)}});
}

void SpaceToDepth(Translation& t) {
  MakeImage(t, 2, "SpaceToDepth", {Image(t, 0, 2)}, {{"blocksize", t.Int("block_size", 1)}});
}

constexpr Operator kRows[] = {
    {"DepthToSpace", 1, 1, &DepthToSpace}, {"ResizeBicubic", 2, 2, &Bicubic},
    {"ResizeBilinear", 2, 2, &Bilinear},   {"ResizeNearestNeighbor", 2, 2, &Nearest},
    {"SpaceToDepth", 1, 1, &SpaceToDepth},
};

}  // namespace

std::span<const Operator> ImageOperators() { return kRows; }

}  // namespace acc::model::tensorflow

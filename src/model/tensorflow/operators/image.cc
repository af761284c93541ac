// SPDX-License-Identifier: BSD-3-Clause
// Ops that resize images or move their pixels into channels.
#include <fmt/format.h>

#include <limits>

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

// What a window covers becomes the channels: a slice for each of its places.
void Patches(Translation& t) {
  const Axes kernel = Spatial(t, "ksizes", 2);
  const Axes strides = Spatial(t, "strides", 2);
  const Axes rates = Spatial(t, "rates", 2);
  constexpr std::int64_t kMostPlaces = 1024;
  const auto fits = [](std::int64_t n) { return n > 0 && n <= kMostPlaces; };
  for (const Axes* each : {&kernel, &strides, &rates}) {
    if (!t.Check(fits((*each)[0]) && fits((*each)[1]), "its window is empty or too large")) return;
  }
  if (!t.Check(kernel[0] * kernel[1] <= kMostPlaces, "its window is too large")) return;
  const Axes reach = {(kernel[0] - 1) * rates[0], (kernel[1] - 1) * rates[1]};
  std::string image = t.Input(0);
  if (t.Text("padding", "VALID") == "SAME") {
    if (!t.Check(strides[0] == 1 && strides[1] == 1,
                 "its padding SAME with strides is not supported"))
      return;
    const Axes pads = {
        0, reach[0] / 2, reach[1] / 2, 0, 0, reach[0] - reach[0] / 2, reach[1] - reach[1] / 2, 0};
    image = t.Add("Pad", {image, t.Int64s(pads)});
  }
  std::vector<std::string> places;
  for (std::int64_t y = 0; y <= reach[0]; y += rates[0]) {
    for (std::int64_t x = 0; x <= reach[1]; x += rates[1]) {
      const auto end = [](std::int64_t at, std::int64_t last) {
        return at == last ? std::numeric_limits<std::int64_t>::max() : at - last;
      };
      places.push_back(
          t.Add("Slice", {image, t.Int64s({y, x}), t.Int64s({end(y, reach[0]), end(x, reach[1])}),
                          t.Int64s({1, 2}), t.Int64s(strides)}));
    }
  }
  t.Make("Concat", places, {{"axis", std::int64_t{3}}});
}

constexpr Operator kRows[] = {
    {"DepthToSpace", 1, 1, &DepthToSpace},     {"ExtractImagePatches", 1, 1, &Patches},
    {"ResizeBicubic", 2, 2, &Bicubic},         {"ResizeBilinear", 2, 2, &Bilinear},
    {"ResizeNearestNeighbor", 2, 2, &Nearest}, {"SpaceToDepth", 1, 1, &SpaceToDepth},
};

}  // namespace

std::span<const Operator> ImageOperators() { return kRows; }

}  // namespace acc::model::tensorflow

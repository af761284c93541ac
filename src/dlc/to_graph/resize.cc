// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <string_view>

#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"

namespace acc::dlc {
namespace {

// QNN's numbers are the places in these lists.
constexpr std::array<std::string_view, 3> kModes = {"nearest", "linear", "cubic"};
constexpr std::array<std::string_view, 4> kTransformations = {"half_pixel", "pytorch_half_pixel",
                                                              "align_corners", "asymmetric"};
constexpr std::array<std::string_view, 4> kRoundings = {"round_prefer_floor", "round_prefer_ceil",
                                                        "floor", "ceil"};

void MakeResize(Translation& t, Attributes attributes) {
  const std::size_t rank = t.Rank(0);
  const Order order = ChannelFirst(rank);
  if (!t.Check(t.OutputDims(0).size() == rank, "its output has another number of dims")) return;
  const std::string sizes = t.Int64s("sizes", Permute(t.OutputDims(0), order));
  t.Make(0, order, "Resize", {t.InputChannelFirst(0), "", "", sizes}, std::move(attributes));
}

void Resize(Translation& t) {
  if (!t.CheckRank(0, 3, 5)) return;
  Attributes attributes = {
      {"mode", t.Choice("interpolation_mode", kModes)},
      {"coordinate_transformation_mode", t.Choice("transformation_mode", kTransformations)},
      {"nearest_mode", t.Choice("nearest_mode", kRoundings)},
      {"exclude_outside", t.Int("exclude_outside", 0)},
      {"cubic_coeff_a", t.Float("cubic_coeff", -0.75F)},
  };
  MakeResize(t, std::move(attributes));
}

std::string Transformation(Translation& t) {
  if (t.Bool("align_corners", false)) return "align_corners";
  return t.Bool("half_pixel_centers", false) ? "half_pixel" : "asymmetric";
}

void ResizeBilinear(Translation& t) {
  if (!t.CheckRank(0, 4, 4)) return;
  MakeResize(t, {{"mode", "linear"},
                 {"coordinate_transformation_mode", Transformation(t)},
                 {"antialias", t.Int("antialias", 0)}});
}

// Halves go upwards, save where corners count from 0.
void ResizeNearest(Translation& t) {
  if (!t.CheckRank(0, 4, 4)) return;
  const std::string transformation = Transformation(t);
  MakeResize(t, {{"mode", "nearest"},
                 {"coordinate_transformation_mode", transformation},
                 {"nearest_mode", transformation == "asymmetric" ? "floor" : "round_prefer_ceil"}});
}

constexpr Operator kRows[] = {
    {"Resize", 1, 1, &Resize, kSpatial},
    {"ResizeBilinear", 1, 1, &ResizeBilinear, kSpatial},
    {"ResizeNearestNeighbor", 1, 1, &ResizeNearest, kSpatial},
};

}  // namespace

std::span<const Operator> ResizeOperators() { return kRows; }

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include <string_view>

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"

namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

struct Corners {
  bool aligned = false;
  bool half_pixel = false;

  std::string_view Transformation() const {
    if (aligned) return "align_corners";
    return half_pixel ? "half_pixel" : "asymmetric";
  }
};

// The second input is the new height and width. What the file leaves open is what it will be.
void MakeResize(Translation& t, Attributes attributes) {
  if (!t.CheckRank(0, 4, 4)) return;
  const Shape& dims = t.InputRecord(0).signature;
  const std::string image = t.InputChannelFirst(0);
  std::string sizes;
  if (t.IsConstant(1) && dims[0] != kUnknownDim) {
    const std::vector<std::int64_t> size = t.Ints(1, 2);
    sizes = t.Int64s("sizes", {dims[0], t.Dims(0)[3], size[0], size[1]});
  } else {
    const std::string kept =
        t.Add("Slice", {t.Add("Shape", {image}), t.Int64s("from", {0}), t.Int64s("to", {2})});
    sizes = t.Add("Concat", {kept, t.InputAs(1, ElementType::kInt64)}, {{"axis", 0}});
  }
  t.Make(0, ChannelFirst(4), "Resize", {image, "", "", sizes}, std::move(attributes));
}

void Bilinear(Translation& t) {
  using Options = schema::ResizeBilinearOptions;
  const Corners corners{t.Option(&Options::align_corners, false),
                        t.Option(&Options::half_pixel_centers, false)};
  MakeResize(t, {{"mode", "linear"},
                 {"coordinate_transformation_mode", std::string(corners.Transformation())}});
}

// Halves go upwards, save where corners count from 0.
void Nearest(Translation& t) {
  using Options = schema::ResizeNearestNeighborOptions;
  const Corners corners{t.Option(&Options::align_corners, false),
                        t.Option(&Options::half_pixel_centers, false)};
  const bool rounds = corners.aligned || corners.half_pixel;
  MakeResize(t, {{"mode", "nearest"},
                 {"coordinate_transformation_mode", std::string(corners.Transformation())},
                 {"nearest_mode", rounds ? "round_prefer_ceil" : "floor"}});
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_RESIZE_BILINEAR, 2, 2, &Bilinear, Kind::kSpatial},
    {schema::BuiltinOperator_RESIZE_NEAREST_NEIGHBOR, 2, 2, &Nearest, Kind::kSpatial},
};

}  // namespace

std::span<const Operator> ResizeOperators() { return kRows; }

}  // namespace acc::model::tflite

// SPDX-License-Identifier: BSD-3-Clause
// Operators that exchange channels, batches and places.
#include <algorithm>

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"

namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

void DepthToSpace(Translation& t) {
  if (!t.CheckRank(0, 4, 4)) return;
  t.Make(0, ChannelFirst(4), "DepthToSpace", {t.InputChannelFirst(0)},
         {{"blocksize", std::int64_t{t.Option(&schema::DepthToSpaceOptions::block_size, 1)}},
          {"mode", "DCR"}});
}

void SpaceToDepth(Translation& t) {
  if (!t.CheckRank(0, 4, 4)) return;
  t.Make(0, ChannelFirst(4), "SpaceToDepth", {t.InputChannelFirst(0)},
         {{"blocksize", std::int64_t{t.Option(&schema::SpaceToDepthOptions::block_size, 1)}}});
}

bool IsKnown(Translation& t, const Shape& dims) {
  return t.Check(IsStatic(dims), "the dims of its input are not known before the run");
}

// Blocks of the axes after the batch become batches: [b, h, w, c] with paddings to
// [bh * bw * b, h / bh, w / bw, c].
void SpaceToBatch(Translation& t) {
  const Shape dims = t.InputRecord(0).signature;
  const std::vector<std::int64_t> block = t.Ints(1);
  const std::vector<std::int64_t> amount = t.Ints(2, 2 * block.size());
  if (!t.ok() || !IsKnown(t, dims) ||
      !t.Check(block.size() < dims.size(), "it has more blocks than axes")) {
    return;
  }
  std::vector<std::int64_t> pads(2 * dims.size());
  Shape parts = {dims[0]};
  Order blocks_first;
  Order rest = {0};
  for (std::size_t axis = 1; axis < dims.size(); ++axis) {
    if (axis > block.size()) {
      rest.push_back(static_cast<int>(parts.size()));
      parts.push_back(dims[axis]);
      continue;
    }
    pads[axis] = amount[2 * axis - 2];
    pads[dims.size() + axis] = amount[2 * axis - 1];
    const std::int64_t length = dims[axis] + pads[axis] + pads[dims.size() + axis];
    const std::int64_t size = block[axis - 1];
    if (!t.Check(size > 0 && length % size == 0, "its image cannot be divided by the block")) {
      return;
    }
    rest.push_back(static_cast<int>(parts.size()));
    blocks_first.push_back(static_cast<int>(parts.size()) + 1);
    parts.insert(parts.end(), {length / size, size});
  }
  blocks_first.insert(blocks_first.end(), rest.begin(), rest.end());
  const std::string padded = t.Add("Pad", {t.Input(0), t.Int64s("pads", pads)});
  t.MakeShaped(0, t.AddTransposed(t.AddReshaped(padded, parts), blocks_first));
}

// The way back: [bh * bw * b, h, w, c] to [b, h * bh, w * bw, c], then cropped.
void BatchToSpace(Translation& t) {
  const Shape dims = t.InputRecord(0).signature;
  const std::vector<std::int64_t> block = t.Ints(1);
  const std::vector<std::int64_t> crop = t.Ints(2, 2 * block.size());
  if (!t.ok() || !IsKnown(t, dims) ||
      !t.Check(block.size() < dims.size(), "it has more blocks than axes")) {
    return;
  }
  const auto count = static_cast<int>(block.size());
  std::int64_t batch = dims[0];
  for (const std::int64_t size : block) {
    if (!t.Check(size > 0 && batch % size == 0, "its batch cannot be divided by the block")) return;
    batch /= size;
  }
  Shape parts(block.begin(), block.end());
  parts.push_back(batch);
  parts.insert(parts.end(), dims.begin() + 1, dims.end());
  Order together = {count};
  Shape joined = {batch};
  std::vector<std::int64_t> starts;
  std::vector<std::int64_t> ends;
  std::vector<std::int64_t> axes;
  for (int axis = 1; axis < static_cast<int>(dims.size()); ++axis) {
    const auto place = static_cast<std::size_t>(axis);
    together.push_back(count + axis);
    joined.push_back(dims[place]);
    if (axis > count) continue;
    together.push_back(axis - 1);
    joined.back() *= block[place - 1];
    starts.push_back(crop[2 * place - 2]);
    ends.push_back(joined.back() - crop[2 * place - 1]);
    axes.push_back(axis);
  }
  const std::string image =
      t.AddReshaped(t.AddTransposed(t.AddReshaped(t.Input(0), parts), together), joined);
  t.Make(0, AsStored(dims.size()), "Slice",
         {image, t.Int64s("starts", starts), t.Int64s("ends", ends), t.Int64s("axes", axes)});
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_DEPTH_TO_SPACE, 1, 1, &DepthToSpace, Kind::kSpatial},
    {schema::BuiltinOperator_SPACE_TO_DEPTH, 1, 1, &SpaceToDepth, Kind::kSpatial},
    {schema::BuiltinOperator_SPACE_TO_BATCH_ND, 3, 3, &SpaceToBatch},
    {schema::BuiltinOperator_BATCH_TO_SPACE_ND, 3, 3, &BatchToSpace},
};

}  // namespace

std::span<const Operator> SpaceOperators() { return kRows; }

}  // namespace acc::model::tflite

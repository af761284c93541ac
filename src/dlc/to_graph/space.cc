// SPDX-License-Identifier: BSD-3-Clause
// Operators that exchange channels and places, and those that read an image at given places.
#include <array>
#include <string_view>

#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"

namespace acc::dlc {
namespace {

// QNN's modes: the block's place is the slower index within the channels, or the channel is.
constexpr std::int64_t kBlockFirst = 0;

struct Block {
  std::int64_t height = 1;
  std::int64_t width = 1;
};

Block BlockOf(Translation& t) {
  constexpr std::int64_t kMost = 1 << 16;  // So that no product overflows.
  const std::vector<std::int64_t> size = t.Ints("block_size", 2, 1);
  t.Check(size[0] > 0 && size[1] > 0, "its block has no size");
  t.Check(size[0] <= kMost && size[1] <= kMost, "its block is larger than any image");
  return {size[0], size[1]};
}

// Dims of the image channel-first: batch, channels, height, width.
Shape ImageDims(const Shape& dims) { return Permute(dims, ChannelFirst(4)); }

void DepthToSpace(Translation& t) {
  if (!t.CheckRank(0, 4, 4)) return;
  const Block block = BlockOf(t);
  const Shape in = ImageDims(t.Dims(0));
  if (!t.Check(t.ok() && in[1] % (block.height * block.width) == 0,
               "its channels cannot be divided by the block")) {
    return;
  }
  const bool block_first = t.Int("mode", 0) == kBlockFirst;
  const std::string input = t.InputChannelFirst(0);
  if (block.height == block.width) {
    return t.Make(0, ChannelFirst(4), "DepthToSpace", {input},
                  {{"blocksize", block.height}, {"mode", block_first ? "DCR" : "CRD"}});
  }
  const std::int64_t channels = in[1] / (block.height * block.width);
  const Shape parts = block_first ? Shape{in[0], block.height, block.width, channels, in[2], in[3]}
                                  : Shape{in[0], channels, block.height, block.width, in[2], in[3]};
  const std::string moved = t.AddTransposed(
      t.AddReshaped(input, parts), block_first ? Order{0, 3, 4, 1, 5, 2} : Order{0, 1, 4, 2, 5, 3});
  t.MakeReshaped(0, ChannelFirst(4), moved);
}

void SpaceToDepth(Translation& t) {
  if (!t.CheckRank(0, 4, 4)) return;
  const Block block = BlockOf(t);
  const Shape in = ImageDims(t.Dims(0));
  if (!t.Check(t.ok() && in[2] % block.height == 0 && in[3] % block.width == 0,
               "its image cannot be divided by the block")) {
    return;
  }
  const bool block_first = t.Int("mode", 0) == kBlockFirst;
  const std::string input = t.InputChannelFirst(0);
  if (block_first && block.height == block.width) {
    return t.Make(0, ChannelFirst(4), "SpaceToDepth", {input}, {{"blocksize", block.height}});
  }
  const Shape parts = {in[0],      in[1], in[2] / block.height, block.height, in[3] / block.width,
                       block.width};
  const std::string moved = t.AddTransposed(
      t.AddReshaped(input, parts), block_first ? Order{0, 3, 5, 1, 2, 4} : Order{0, 1, 3, 5, 2, 4});
  t.MakeReshaped(0, ChannelFirst(4), moved);
}

void ChannelShuffle(Translation& t) {
  const std::size_t rank = t.Rank(0);
  const auto axis = static_cast<std::size_t>(t.Axis("axis", static_cast<int>(rank) - 1, rank));
  const std::int64_t groups = t.Int("num_groups", 1);
  if (!t.ok() || !t.Check(groups > 0 && t.Dims(0)[axis] % groups == 0,
                          "its channels cannot be divided by the groups")) {
    return;
  }
  Shape parts = t.Dims(0);
  parts[axis] /= groups;
  parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(axis), groups);
  Order exchanged = AsStored(rank + 1);
  std::swap(exchanged[axis], exchanged[axis + 1]);
  t.MakeReshaped(0, t.AddTransposed(t.AddReshaped(t.Input(0), parts), exchanged));
}

void GridSample(Translation& t) {
  constexpr std::int64_t kFirstOpsetOfLinear = 20;
  constexpr std::array<std::string_view, 2> kModes = {"linear", "nearest"};
  constexpr std::array<std::string_view, 3> kPaddings = {"zeros", "border", "reflection"};
  if (!t.CheckRank(0, 4, 5)) return;
  t.builder().RequireOpset("", kFirstOpsetOfLinear);
  t.Make(0, ChannelFirst(t.Rank(0)), "GridSample", {t.InputChannelFirst(0), t.Input(1)},
         {{"mode", t.Choice("mode", kModes)},
          {"padding_mode", t.Choice("padding_mode", kPaddings)},
          {"align_corners", t.Int("align_corners", 0)}});
}

// Without "aligned", places are not moved by half an element.
void RoiAlign(Translation& t) {
  if (!t.CheckRank(0, 4, 4) || !t.Check(t.OutputDims(0).size() == 4, "its output is no image")) {
    return;
  }
  const std::vector<float> ratio = t.Reals("img_size_ratio", {1, 1});
  const std::int64_t samples = t.Int("num_samples_x", 0);
  const bool is_usual = ratio.size() == 2 && ratio[0] == ratio[1] && ratio[0] > 0 &&
                        samples == t.Int("num_samples_y", 0);
  if (!t.Check(is_usual, "only equal ratios and numbers of samples have a translation")) return;
  t.Make(0, ChannelFirst(4), "RoiAlign",
         {t.InputChannelFirst(0), t.Input(1), t.InputAs(2, ElementType::kInt64)},
         {{"output_height", t.OutputDims(0)[1]},
          {"output_width", t.OutputDims(0)[2]},
          {"sampling_ratio", samples > 0 ? samples : 0},
          {"spatial_scale", 1 / ratio[0]},
          {"mode", "avg"},
          {"coordinate_transformation_mode",
           t.Bool("aligned", false) ? "half_pixel" : "output_half_pixel"}});
}

constexpr Operator kRows[] = {
    {"DepthToSpace", 1, 1, &DepthToSpace, kSpatial},
    {"SpaceToDepth", 1, 1, &SpaceToDepth, kSpatial},
    {"ChannelShuffle", 1, 1, &ChannelShuffle, kSpatial},
    {"GridSample", 2, 2, &GridSample, kSpatial},
    {"RoiAlign", 3, 3, &RoiAlign, kSpatial},
};

}  // namespace

std::span<const Operator> SpaceOperators() { return kRows; }

}  // namespace acc::dlc

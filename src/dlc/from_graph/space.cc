// SPDX-License-Identifier: BSD-3-Clause
// Operators that rearrange the blocks of images, or take regions of them.
#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"

namespace acc::dlc {
namespace {

constexpr Choice kGridModes[] = {{"bilinear", 0}, {"linear", 0}, {"nearest", 1}};
constexpr Choice kGridPaddings[] = {{"zeros", 0}, {"border", 1}, {"reflection", 2}};

bool WriteBlocks(Builder& builder, const model::Node& node) {
  if (builder.source().Rank(node.inputs.front()) != 4) return false;
  const auto size = node.Get<std::int64_t>("blocksize", 1);
  const bool by_column = node.Get<std::string>("mode", "DCR") == "CRD";
  const std::vector<std::int64_t> sizes = {size, size};
  builder.AddNode(node, node.op_type, node.inputs, AxisOrder::kChannelLast,
                  {builder.Uints("block_size", sizes), Uint("mode", by_column ? 1 : 0)});
  return true;
}

bool WriteGridSample(Builder& builder, const model::Node& node) {
  const auto mode = NumberOf(kGridModes, node.Get<std::string>("mode", "bilinear"));
  const auto padding = NumberOf(kGridPaddings, node.Get<std::string>("padding_mode", "zeros"));
  if (builder.source().Rank(node.inputs.front()) != 4 || !mode || !padding) return false;
  builder.AddNode(
      {.name = node.name,
       .type = "GridSample",
       .inputs = {builder.Read(node.inputs[0], AxisOrder::kChannelLast),
                  builder.Read(node.inputs[1], AxisOrder::kSource)},
       .outputs = {builder.Write(node.outputs.front(), AxisOrder::kChannelLast)},
       .attributes = {Flag("align_corners", node.Get<std::int64_t>("align_corners", 0) != 0),
                      Uint("mode", *mode), Uint("padding_mode", *padding)}});
  return true;
}

bool WriteRoiAlign(Builder& builder, const model::Node& node) {
  if (node.Get<std::string>("mode", "avg") != "avg") return false;
  const bool has_mode = builder.source().Opset("") >= 16;  // Before, regions were not aligned.
  const auto mode = node.Get<std::string>("coordinate_transformation_mode", "half_pixel");
  const float ratio = 1 / node.Get<float>("spatial_scale", 1);
  const std::vector<float> ratios = {ratio, ratio};
  const auto samples = node.Get<std::int64_t>("sampling_ratio", 0);
  builder.AddNode(
      {.name = node.name,
       .type = "RoiAlign",
       .inputs = {builder.Read(node.inputs[0], AxisOrder::kChannelLast),
                  builder.Read(node.inputs[1], AxisOrder::kSource),
                  builder.Read(node.inputs[2], AxisOrder::kSource)},
       .outputs = {builder.Write(node.outputs.front(), AxisOrder::kChannelLast)},
       .attributes = {Flag("aligned", has_mode && mode == "half_pixel"),
                      builder.Value("img_size_ratio", acc::Tensor::FromFloats({2}, ratios)),
                      Int("num_samples_x", samples), Int("num_samples_y", samples)}});
  return true;
}

constexpr OperatorRow kRows[] = {
    {"DepthToSpace", WriteBlocks},
    {"GridSample", WriteGridSample},
    {"RoiAlign", WriteRoiAlign},
    {"SpaceToDepth", WriteBlocks},
};

}  // namespace

std::span<const OperatorRow> SpaceRows() { return kRows; }

}  // namespace acc::dlc

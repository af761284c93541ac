// SPDX-License-Identifier: BSD-3-Clause
// Operators that resample images or rearrange their blocks.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"

namespace acc::dlc {
namespace {

struct Choice {
  std::string_view name;
  std::uint32_t number;
};

std::optional<std::uint32_t> NumberOf(std::span<const Choice> choices, const std::string& name) {
  const auto found = std::ranges::find(choices, std::string_view(name), &Choice::name);
  if (found == choices.end()) return std::nullopt;
  return found->number;
}

constexpr Choice kInterpolations[] = {{"nearest", 0}, {"linear", 1}, {"bilinear", 1}, {"cubic", 2}};
constexpr Choice kRoundings[] = {
    {"round_prefer_floor", 0}, {"round_prefer_ceil", 1}, {"floor", 2}, {"ceil", 3}};
constexpr Choice kTransformations[] = {
    {"half_pixel", 0}, {"pytorch_half_pixel", 1}, {"align_corners", 2}, {"asymmetric", 3}};
constexpr Choice kGridModes[] = {{"bilinear", 0}, {"linear", 0}, {"nearest", 1}};
constexpr Choice kGridPaddings[] = {{"zeros", 0}, {"border", 1}, {"reflection", 2}};

bool IsImage(const Source& source, const std::string& tensor) {
  return source.Rank(tensor) >= 3 && source.Rank(tensor) <= 5;
}

// Before opset 11, Resize was what Upsample is.
bool IsOldResize(const Source& source, const model::Node& node) {
  return node.op_type == "Upsample" || source.Opset("") < 11;
}

std::size_t ScalesInput(const Source& source, const model::Node& node) {
  return IsOldResize(source, node) ? 1 : 2;
}

std::vector<float> ScalesOf(const Source& source, const model::Node& node) {
  const auto input = source.Floats(node, ScalesInput(source, node));
  return input && !input->empty() ? *input : node.Get<std::vector<float>>("scales", {});
}

// QNN scales by the quotient of the dims. Scales that are no such quotient move the samples.
bool ScalesAreQuotients(const Source& source, const model::Node& node) {
  const bool by_sizes = HasInput(node, 3) && !IsOldResize(source, node);
  if (by_sizes) return node.Get<std::string>("keep_aspect_ratio_policy", "stretch") == "stretch";
  const std::vector<float> scales = ScalesOf(source, node);
  const Shape& from = source.Dims(node.inputs.front());
  const Shape& to = source.Dims(node.outputs.front());
  std::vector<std::int64_t> axes = node.Get<std::vector<std::int64_t>>("axes", {});
  if (axes.empty()) {
    for (std::size_t i = 0; i < from.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  if (scales.size() != axes.size()) return false;
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const std::size_t axis = AxisFromStart(axes[i], from.size());
    const double quotient = static_cast<double>(to[axis]) / static_cast<double>(from[axis]);
    if (std::abs(scales[i] - quotient) > 1e-5 * quotient) return false;
  }
  return true;
}

// Aligned corners lie where the sizes say, whatever the scales are.
bool ScalesDoNotMatter(std::uint32_t transformation) {
  return transformation == *NumberOf(kTransformations, "align_corners");
}

bool KeepsBatchAndChannels(const Source& source, const model::Node& node) {
  const Shape& from = source.Dims(node.inputs.front());
  const Shape& to = source.Dims(node.outputs.front());
  return from[0] == to[0] && from[1] == to[1];
}

bool WriteResize(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const bool is_old = IsOldResize(source, node);
  const auto mode = node.Get<std::string>("mode", "nearest");
  const auto text = [&](const char* name, const char* fallback, const char* of_old) {
    return is_old ? std::string(of_old) : node.Get<std::string>(name, fallback);
  };
  const auto interpolation = NumberOf(kInterpolations, mode);
  const auto transformation = NumberOf(
      kTransformations, text("coordinate_transformation_mode", "half_pixel", "asymmetric"));
  const auto rounding = NumberOf(kRoundings, text("nearest_mode", "round_prefer_floor", "floor"));
  if (!interpolation || !transformation || !rounding) {
    return builder.Refuse("QNN's Resize lacks its mode");
  }
  if (!IsImage(source, node.inputs.front()) || !KeepsBatchAndChannels(source, node)) {
    return builder.Refuse("QNN's Resize changes the spatial axes of images only");
  }
  if (node.Get<std::int64_t>("antialias", 0) != 0) {
    return builder.Refuse("QNN's Resize does not antialias");
  }
  if (!ScalesDoNotMatter(*transformation) && !ScalesAreQuotients(source, node)) {
    return builder.Refuse(
        "its scales are not the quotients of its sizes, by which QNN's Resize takes its samples");
  }

  std::vector<Attribute> attributes;
  if (mode == "cubic") {
    attributes.push_back(Real("cubic_coeff", node.Get<float>("cubic_coeff_a", -0.75F)));
  }
  attributes.push_back(Flag("exclude_outside", node.Get<std::int64_t>("exclude_outside", 0) != 0));
  attributes.push_back(Uint("interpolation_mode", *interpolation));
  if (mode == "nearest") attributes.push_back(Uint("nearest_mode", *rounding));
  attributes.push_back(Uint("transformation_mode", *transformation));
  builder.AddNode(node, "Resize", std::span(node.inputs).first(1), AxisOrder::kChannelLast,
                  std::move(attributes));
  return true;
}

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
    {"DepthToSpace", WriteBlocks}, {"GridSample", WriteGridSample}, {"Resize", WriteResize},
    {"RoiAlign", WriteRoiAlign},   {"SpaceToDepth", WriteBlocks},   {"Upsample", WriteResize},
};

}  // namespace

std::span<const OperatorRow> ImageRows() { return kRows; }

}  // namespace acc::dlc

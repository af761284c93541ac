// SPDX-License-Identifier: BSD-3-Clause
// Operators that resample images.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"

namespace acc::dlc {
namespace {

constexpr Choice kInterpolations[] = {{"nearest", 0}, {"linear", 1}, {"bilinear", 1}, {"cubic", 2}};
constexpr Choice kRoundings[] = {
    {"round_prefer_floor", 0}, {"round_prefer_ceil", 1}, {"floor", 2}, {"ceil", 3}};
constexpr Choice kTransformations[] = {
    {"half_pixel", 0}, {"pytorch_half_pixel", 1}, {"align_corners", 2}, {"asymmetric", 3}};
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

constexpr OperatorRow kRows[] = {
    {"Resize", WriteResize},
    {"Upsample", WriteResize},
};

}  // namespace

std::span<const OperatorRow> ResizeRows() { return kRows; }

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
// Operators that scale by statistics.
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"
#include "tensor/claimed_size.h"

namespace acc::dlc {
namespace {

bool IsImage(const Source& source, const std::string& tensor) {
  return source.Rank(tensor) >= 2 && source.Rank(tensor) <= 5;
}

std::string AddFloats(Builder& builder, const std::string& name, const std::vector<float>& values) {
  return builder.AddStatic(
      name, acc::Tensor::FromFloats({static_cast<std::int64_t>(values.size())}, values));
}

// QNN takes what is left of mean and variance: y = x * weight + bias.
// What the statistics of a batch norm make of its scale and bias, by channel.
struct Affine {
  std::vector<float> scale;
  std::vector<float> bias;
  bool is_unchanged = true;  // Scale and bias are the node's own.
};

std::optional<Affine> AffineOf(const Source& source, const model::Node& node) {
  auto scale = source.Floats(node, 1);
  auto bias = source.Floats(node, 2);
  const auto mean = source.Floats(node, 3);
  const auto variance = source.Floats(node, 4);
  const bool fits = scale && bias && mean && variance && scale->size() == bias->size() &&
                    scale->size() == mean->size() && scale->size() == variance->size();
  if (!fits) return std::nullopt;
  Affine affine{*std::move(scale), *std::move(bias)};
  const float epsilon = node.Get<float>("epsilon", 1e-5F);
  for (std::size_t i = 0; i < affine.scale.size(); ++i) {
    const double deviation = std::sqrt(static_cast<double>((*variance)[i]) + epsilon);
    if (deviation == 1 && (*mean)[i] == 0) continue;
    affine.is_unchanged = false;
    const double weight = affine.scale[i] / deviation;
    affine.scale[i] = static_cast<float>(weight);
    affine.bias[i] = static_cast<float>(affine.bias[i] - (*mean)[i] * weight);
  }
  return affine;
}

bool WriteBatchNormalization(Builder& builder, const model::Node& node) {
  const auto affine = AffineOf(builder.source(), node);
  const bool fits = affine && !HasOutput(node, 1) &&
                    IsImage(builder.source(), node.inputs.front()) &&
                    node.Get<std::int64_t>("training_mode", 0) == 0;
  if (!fits) return false;
  const std::string& output = node.outputs.front();
  std::vector<std::string> inputs = {builder.Read(node.inputs.front(), AxisOrder::kChannelLast)};
  if (affine->is_unchanged) {
    // Only these have encodings: those of the node's own constants are about other values.
    inputs.push_back(builder.Read(node.inputs[1], AxisOrder::kSource));
    inputs.push_back(builder.Read(node.inputs[2], AxisOrder::kSource));
  } else {
    inputs.push_back(AddFloats(builder, output + "_weight", affine->scale));
    inputs.push_back(AddFloats(builder, output + "_bias", affine->bias));
  }
  builder.AddNode({.name = node.name,
                   .type = "Batchnorm",
                   .inputs = std::move(inputs),
                   .outputs = {builder.Write(output, AxisOrder::kChannelLast)}});
  return true;
}

void AddNormalization(Builder& builder, const model::Node& node, std::string_view type,
                      AxisOrder order, std::vector<Attribute> attributes) {
  Node written{.name = node.name,
               .type = std::string(type),
               .inputs = {builder.Read(node.inputs.front(), order)},
               .outputs = {builder.Write(node.outputs.front(), order)},
               .attributes = std::move(attributes)};
  for (std::size_t i = 1; i < 3 && HasInput(node, i); ++i) {
    written.inputs.push_back(builder.Read(node.inputs[i], AxisOrder::kSource));
  }
  builder.AddNode(std::move(written));
}

bool WriteInstanceNormalization(Builder& builder, const model::Node& node) {
  const std::size_t rank = builder.source().Rank(node.inputs.front());
  if (rank < 3 || rank > 5) return false;
  AddNormalization(builder, node, "InstanceNorm", AxisOrder::kChannelLast,
                   {Real("epsilon", node.Get<float>("epsilon", 1e-5F))});
  return true;
}

// The axes from `axis` on, which is all that the scale covers.
std::optional<std::vector<std::int64_t>> LastAxes(const Source& source, const model::Node& node) {
  const Shape& dims = source.Dims(node.inputs.front());
  const std::size_t first = AxisFromStart(node.Get<std::int64_t>("axis", -1), dims.size());
  const Shape covered(dims.begin() + static_cast<std::ptrdiff_t>(first), dims.end());
  for (std::size_t i = 1; i < 3; ++i) {
    if (HasInput(node, i) && source.Dims(node.inputs[i]) != covered) return std::nullopt;
  }
  std::vector<std::int64_t> axes(covered.size());
  std::iota(axes.begin(), axes.end(), static_cast<std::int64_t>(first));
  return axes;
}

bool WriteOverLastAxes(Builder& builder, const model::Node& node, std::string_view type) {
  const auto axes = LastAxes(builder.source(), node);
  if (!axes || axes->empty() || HasOutput(node, 1) || HasOutput(node, 2)) return false;
  AddNormalization(
      builder, node, type, AxisOrder::kSource,
      {builder.Uints("axes", *axes), Real("epsilon", node.Get<float>("epsilon", 1e-5F))});
  return true;
}

bool WriteLayerNormalization(Builder& builder, const model::Node& node) {
  return WriteOverLastAxes(builder, node, "LayerNorm");
}

bool WriteRmsNormalization(Builder& builder, const model::Node& node) {
  return WriteOverLastAxes(builder, node, "RmsNorm");
}

// Only over an odd number of channels does QNN's radius say what the size says.
bool WriteLrn(Builder& builder, const model::Node& node) {
  const auto size = node.Get<std::int64_t>("size", 1);
  const std::size_t rank = builder.source().Rank(node.inputs.front());
  if (size % 2 == 0 || rank != 4 || size / 2 > builder.source().Dims(node.inputs.front())[1]) {
    return false;
  }
  const float alpha = node.Get<float>("alpha", 1e-4F) / static_cast<float>(size);
  builder.AddNode(
      node, "Lrn", node.inputs, AxisOrder::kChannelLast,
      {Real("alpha", alpha), Real("beta", node.Get<float>("beta", 0.75F)),
       Real("bias", node.Get<float>("bias", 1)), Int("radius", size / 2), Uint("region", 0)});
  return true;
}

// One number for each group, repeated for its channels.
std::vector<float> ForChannels(const std::vector<float>& values, std::int64_t channels) {
  std::vector<float> repeated(static_cast<std::size_t>(channels));
  const std::size_t each = repeated.size() / values.size();
  for (std::size_t i = 0; i < repeated.size(); ++i) repeated[i] = values[i / each];
  return repeated;
}

bool WriteGroupNormalization(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const auto scale = source.Floats(node, 1);
  const auto bias = source.Floats(node, 2);
  const Shape& dims = source.Dims(node.inputs.front());
  const bool fits = scale && bias && dims.size() >= 3 && dims.size() <= 5 && !scale->empty() &&
                    scale->size() == bias->size() && dims[1] > 0 && dims[1] <= kMostClaimed &&
                    dims[1] % static_cast<std::int64_t>(scale->size()) == 0;
  if (!fits) return false;
  const std::string& output = node.outputs.front();
  builder.AddNode({.name = node.name,
                   .type = "GroupNorm",
                   .inputs = {builder.Read(node.inputs.front(), AxisOrder::kChannelLast),
                              AddFloats(builder, output + "_weight", ForChannels(*scale, dims[1])),
                              AddFloats(builder, output + "_bias", ForChannels(*bias, dims[1]))},
                   .outputs = {builder.Write(output, AxisOrder::kChannelLast)},
                   .attributes = {Real("epsilon", node.Get<float>("epsilon", 1e-5F)),
                                  Uint("group", static_cast<std::uint64_t>(
                                                    node.Get<std::int64_t>("num_groups", 1)))}});
  return true;
}

constexpr OperatorRow kRows[] = {
    {"BatchNormalization", WriteBatchNormalization},
    {"GroupNormalization", WriteGroupNormalization},
    {"InstanceNormalization", WriteInstanceNormalization},
    {"LRN", WriteLrn},
    {"LayerNormalization", WriteLayerNormalization},
    {"RMSNormalization", WriteRmsNormalization},
    {"SimplifiedLayerNormalization", WriteRmsNormalization},
};

}  // namespace

std::span<const OperatorRow> NormalizationRows() { return kRows; }

}  // namespace acc::dlc

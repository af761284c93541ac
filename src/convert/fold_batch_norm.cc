// SPDX-License-Identifier: BSD-3-Clause
// Batch norms, whole or in the parts that other formats hold, become part of the linear layer
// before them: per channel y = a * x + b goes into its weights and its bias, in double.
//
// Only where nothing else reads what the layer makes: its values change. What the norm made keeps
// its name and its values. Mean and deviation of a folded norm are kept for the absorption of
// biases (equalize_layers.cc). One that stays becomes the target's own form: a scale and a shift.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "convert/linear_node.h"
#include "convert/state.h"

namespace acc::convert {
namespace {

using model::Node;

// An operator that does the same to every element of a channel.
struct ChannelOperator {
  std::string input;  // What it is applied to.
  ChannelAffine affine;
  BatchNormStatistics statistics;  // Empty for other operators.
  std::string name;                // "BatchNormalization" or "Add", …
  bool needs_no_bias = false;      // To be folded only into an operator without a bias.
};

std::optional<std::vector<float>> ConstantFloats(const State& state, const std::string& name,
                                                 std::size_t count) {
  const Tensor* constant = state.Constant(name);
  if (constant == nullptr || constant->size() != count || !IsFloat(constant->type())) return {};
  auto floats = ToFloats(constant->view());
  if (!floats.ok()) return {};
  return std::move(floats).value();
}

bool IsInferenceBatchNorm(const Node& node) {
  if (node.op_type != "BatchNormalization" || !node.domain.empty() || node.inputs.size() != 5 ||
      node.outputs.empty()) {
    return false;
  }
  const bool one_output = std::all_of(node.outputs.begin() + 1, node.outputs.end(),
                                      [](const auto& name) { return name.empty(); });
  return one_output && node.Get<std::int64_t>("training_mode", 0) == 0;
}

std::optional<ChannelOperator> BatchNormFrom(const State& state, const Node& node,
                                             std::size_t channels) {
  if (!IsInferenceBatchNorm(node)) return {};
  const auto scale = ConstantFloats(state, node.inputs[1], channels);
  const auto bias = ConstantFloats(state, node.inputs[2], channels);
  const auto mean = ConstantFloats(state, node.inputs[3], channels);
  const auto variance = ConstantFloats(state, node.inputs[4], channels);
  if (!scale || !bias || !mean || !variance) return {};
  const double epsilon = node.Get<float>("epsilon", 1e-5F);
  ChannelOperator found{.input = node.inputs[0], .name = node.op_type};
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const double factor = (*scale)[channel] / std::sqrt((*variance)[channel] + epsilon);
    if (!std::isfinite(factor)) return {};
    found.affine.scale.push_back(factor);
    found.affine.shift.push_back((*bias)[channel] - (*mean)[channel] * factor);
    found.statistics.mean.push_back((*bias)[channel]);
    found.statistics.deviation.push_back(std::abs((*scale)[channel]));
  }
  return found;
}

// True for dims such as 1xCx1x1 or Cx1x1 beside a tensor of `rank`, whose axis 1 has C channels.
bool IsPerChannel(const Shape& dims, std::size_t rank, std::int64_t channels) {
  if (dims.size() > rank || dims.size() + 1 < rank) return false;
  Shape expected(rank, 1);
  expected[1] = channels;
  return std::equal(dims.rbegin(), dims.rend(), expected.rbegin());
}

// Other formats hold batch norms in their parts, which the target's converter puts together. Where
// the file quantizes the operator before, that stays as it is.
bool MayHoldParts(const State& state, const Node& before) {
  const auto source = state.graph.source_tensors.find(before.outputs[0]);
  const bool is_quantized =
      (source != state.graph.source_tensors.end() && source->second.encoding) ||
      std::ranges::any_of(before.inputs, [&](const std::string& input) {
        return state.graph.source_params.contains(input);
      });
  return state.graph.IsTranslated() && !is_quantized;
}

// The product or the sum of what `before` makes and a constant per channel.
std::optional<ChannelOperator> ConstantOperatorFrom(const State& state, const Node& node,
                                                    const LinearNode& linear, const Node& before) {
  const std::string& input = before.outputs[0];
  const bool is_product = node.op_type == "Mul";
  const bool is_known = is_product || node.op_type == "Add";
  if (!is_known || !node.domain.empty() || node.inputs.size() != 2) return {};
  const std::string& other = node.inputs[node.inputs[0] == input ? 1 : 0];
  const Tensor* constant = state.Constant(other);
  if (constant == nullptr ||
      !IsPerChannel(constant->dims(), linear.output_rank(), linear.channels())) {
    return {};
  }
  const auto channels = static_cast<std::size_t>(linear.channels());
  const auto values = ConstantFloats(state, other, channels);
  if (!values) return {};
  ChannelOperator found{.input = input,
                        .affine = {.scale = std::vector<double>(channels, 1),
                                   .shift = std::vector<double>(channels, 0)},
                        .name = node.op_type,
                        .needs_no_bias = !MayHoldParts(state, before)};
  (is_product ? found.affine.scale : found.affine.shift).assign(values->begin(), values->end());
  return found;
}

class Folder {
 public:
  explicit Folder(State& state) : state_(state), connections_(state.graph) {
    for (std::size_t index = 0; index < state.graph.nodes.size(); ++index) {
      for (const std::string& output : state.graph.nodes[index].outputs) producer_[output] = index;
    }
  }

  Status Run() {
    std::vector<Node>& nodes = state_.graph.nodes;
    std::vector<bool> folded(nodes.size());
    for (std::size_t index = 0; index < nodes.size(); ++index) {
      ACC_ASSIGN_OR_RETURN(const bool is_folded, FoldIntoProducer(nodes[index]));
      folded[index] = is_folded;
    }
    std::size_t index = 0;
    std::erase_if(nodes, [&](const Node&) { return folded[index++]; });
    for (Node& node : nodes) ACC_RETURN_IF_ERROR(FoldStatistics(node));
    DropUnusedInitializers(state_.graph);
    return OkStatus();
  }

 private:
  // The node that makes one of `node`'s inputs, if nothing but `node` uses what it makes.
  std::optional<std::size_t> SoleProducer(const Node& node) const {
    for (const std::string& input : node.inputs) {
      const auto found = producer_.find(input);
      if (found == producer_.end()) continue;
      const bool only_here =
          connections_.Consumers(input).size() == 1 && !model::IsGraphOutput(state_.graph, input);
      if (only_here) return found->second;
    }
    return {};
  }

  // True where the node is gone.
  Result<bool> FoldIntoProducer(const Node& node) {
    const bool is_product = node.op_type == "Mul";
    if (node.op_type != "BatchNormalization" && node.op_type != "Add" && !is_product) return false;
    const auto producer = SoleProducer(node);
    if (!producer) return false;
    Node& before = state_.graph.nodes[*producer];
    if (is_product && !MayHoldParts(state_, before)) return false;
    const auto linear = LinearNode::From(state_, before);
    if (!linear) return false;
    const auto found = Find(node, before, *linear);
    if (!found || (found->needs_no_bias && linear->has_bias())) return false;
    ACC_RETURN_IF_ERROR(Fold(node, *producer, *linear, *found));
    return true;
  }

  std::optional<ChannelOperator> Find(const Node& node, const Node& before,
                                      const LinearNode& linear) const {
    const auto channels = static_cast<std::size_t>(linear.channels());
    if (auto batch_norm = BatchNormFrom(state_, node, channels)) {
      return batch_norm->input == before.outputs[0] ? batch_norm : std::nullopt;
    }
    const bool may_take = linear.output_rank() >= 3 || MayHoldParts(state_, before);
    return may_take ? ConstantOperatorFrom(state_, node, linear, before) : std::nullopt;
  }

  Status Fold(const Node& node, std::size_t producer, const LinearNode& linear,
              const ChannelOperator& found) {
    Node& before = state_.graph.nodes[producer];
    // The file's encodings are of the weights as they were.
    for (const std::string& input : before.inputs) {
      if (connections_.Consumers(input).size() == 1) state_.graph.source_params.erase(input);
    }
    ACC_ASSIGN_OR_RETURN(before, linear.Folded(state_, connections_, before, found.affine));
    // The operator before now makes what the folded one made.
    state_.Remove(before.outputs[0], fmt::format("{} folded into {}", found.name, before.name));
    before.outputs[0] = node.outputs[0];
    if (!found.statistics.mean.empty()) state_.batch_norms[node.outputs[0]] = found.statistics;
    producer_[node.outputs[0]] = producer;
    return OkStatus();
  }

  // The target's operator of a batch norm that stays has a scale and a bias per channel and nothing
  // else; these are what is quantized.
  Status FoldStatistics(Node& node) {
    const Tensor* scale = node.inputs.size() == 5 ? state_.Constant(node.inputs[1]) : nullptr;
    if (scale == nullptr) return OkStatus();
    const ElementType type = scale->type();
    const Shape dims = scale->dims();
    const auto found = BatchNormFrom(state_, node, scale->size());
    if (!found) return OkStatus();
    const std::vector<double>& factor = found->affine.scale;
    const std::vector<double>& shift = found->affine.shift;
    const std::vector<float> values[] = {{factor.begin(), factor.end()},
                                         {shift.begin(), shift.end()},
                                         std::vector<float>(factor.size(), 0),
                                         std::vector<float>(factor.size(), 1)};
    for (std::size_t i = 0; i < std::size(values); ++i) {
      ACC_ASSIGN_OR_RETURN(Tensor constant, FromFloatValues(type, dims, values[i]));
      ReplaceInitializer(state_, connections_, node, i + 1, std::move(constant));
    }
    node.attributes["epsilon"] = 0.0F;
    return OkStatus();
  }

  State& state_;
  const model::Connections connections_;
  std::unordered_map<std::string, std::size_t> producer_;
};

}  // namespace

Status FoldBatchNorm(State& state) {
  if (!state.options.fold_batch_norm) return OkStatus();
  ACC_RETURN_IF_ERROR(state.UpdateTypes());
  return Folder(state).Run();
}

}  // namespace acc::convert

// SPDX-License-Identifier: BSD-3-Clause
#include <string>
#include <utility>
#include <vector>

#include "convert/linear_node.h"
#include "convert/state.h"
#include "tensor/claimed_size.h"

namespace acc::convert {
namespace {

using model::Node;

// Before, scale and bias had a number for each group, and the runtime itself took the operator
// apart.
constexpr std::int64_t kFirstOpsetPerChannel = 21;

class Splitter {
 public:
  explicit Splitter(State& state) : state_(state), connections_(state.graph) {}

  void Run() {
    std::vector<Node> nodes;
    for (Node& node : state_.graph.nodes) {
      const Shape* dims = node.inputs.empty() ? nullptr : state_.StaticDims(node.inputs[0]);
      if (IsGroupNorm(node) && dims != nullptr && dims->size() > 2 && Divides(node, (*dims)[1])) {
        Split(node, *dims, nodes);
      } else {
        nodes.push_back(std::move(node));
      }
    }
    state_.graph.nodes = std::move(nodes);
    DropUnusedInitializers(state_.graph);
  }

 private:
  static bool IsGroupNorm(const Node& node) {
    return node.op_type == "GroupNormalization" && node.domain.empty() && node.inputs.size() == 3 &&
           node.Get<std::int64_t>("num_groups", 0) > 0;
  }

  // Whole groups of channels; each has a number of its own below.
  static bool Divides(const Node& node, std::int64_t channels) {
    const auto groups = node.Get<std::int64_t>("num_groups", 0);
    return channels > 0 && channels <= kMostClaimed && channels % groups == 0;
  }

  std::string Added(const std::string& wish) {
    std::string name = state_.NewName(wish);
    state_.added.insert(name);
    return name;
  }

  std::string Constant(const std::string& wish, Tensor value) {
    std::string name = state_.NewName(wish);
    state_.graph.initializers.emplace(name, std::move(value));
    return name;
  }

  void Emit(std::string op_type, const std::string& name, std::vector<std::string> inputs,
            const std::string& output, std::vector<Node>& nodes) {
    Node& node = nodes.emplace_back();
    node.name = name;
    node.op_type = std::move(op_type);
    node.inputs = std::move(inputs);
    node.outputs = {output};
  }

  std::string Reshaped(const std::string& tensor, const Shape& dims, const std::string& name,
                       std::vector<Node>& nodes) {
    const std::string shape =
        Constant(name + "_dims", Tensor::FromInt64s({std::ssize(dims)}, dims));
    std::string reshaped = Added(name);
    Emit("Reshape", name, {tensor, shape}, reshaped, nodes);
    return reshaped;
  }

  // Input `input`, one number for each channel, so that it meets the channels of `rank` dims.
  std::string PerChannel(Node& node, std::size_t input, std::size_t rank,
                         std::vector<Node>& nodes) {
    const Tensor* constant = state_.Constant(node.inputs[input]);
    Shape dims(rank - 1, 1);
    dims[0] = -1;
    if (constant == nullptr || constant->type() != ElementType::kFloat32) {
      return Reshaped(node.inputs[input], dims, node.outputs[0] + "_" + std::to_string(input),
                      nodes);
    }
    dims[0] = static_cast<std::int64_t>(constant->size());
    ReplaceInitializer(state_, connections_, node, input,
                       Tensor::FromFloats(dims, constant->values<float>()));
    return node.inputs[input];
  }

  void Split(Node& node, const Shape& dims, std::vector<Node>& nodes) {
    const auto groups = node.Get<std::int64_t>("num_groups", 1);
    const std::string& output = node.outputs[0];
    const std::vector<float> ones(static_cast<std::size_t>(groups), 1);
    const std::vector<float> zeros(static_cast<std::size_t>(groups), 0);
    const std::string grouped =
        Reshaped(node.inputs[0], {dims[0], groups, -1}, output + "_grouped", nodes);
    const std::string normalized = Added(output + "_normalized");
    Emit("InstanceNormalization", node.name,
         {grouped, Constant(output + "_ones", Tensor::FromFloats({groups}, ones)),
          Constant(output + "_zeros", Tensor::FromFloats({groups}, zeros))},
         normalized, nodes);
    nodes.back().attributes["epsilon"] = node.Get<float>("epsilon", 1e-5F);
    const std::string ungrouped = Reshaped(normalized, dims, output + "_ungrouped", nodes);
    const std::string scaled = Added(output + "_scaled");
    const std::string scale = PerChannel(node, 1, dims.size(), nodes);
    Emit("Mul", scaled, {ungrouped, scale}, scaled, nodes);
    const std::string bias = PerChannel(node, 2, dims.size(), nodes);
    Emit("Add", output + "_biased", {scaled, bias}, output, nodes);
  }

  State& state_;
  const model::Connections connections_;
};

}  // namespace

Status SplitGroupNorms(State& state) {
  const bool is_per_channel = state.graph.Opset() >= kFirstOpsetPerChannel;
  if (!state.options.for_htp || !is_per_channel) return OkStatus();
  ACC_RETURN_IF_ERROR(state.UpdateTypes());
  Splitter(state).Run();
  state.TypesMayImprove();
  return OkStatus();
}

}  // namespace acc::convert

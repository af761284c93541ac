// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/operators.h"

#include <algorithm>
#include <string>

namespace acc::quantize {
namespace {

const Tensor* Constant(const model::Graph& graph, const model::Node& node, std::size_t input) {
  if (input >= node.inputs.size()) return nullptr;
  const auto found = graph.initializers.find(node.inputs[input]);
  return found != graph.initializers.end() ? &found->second : nullptr;
}

bool PadsWithinRange(const model::Graph& graph, const model::Node& node) {
  if (node.Get<std::string>("mode", "constant") != "constant") return true;
  if (node.Get<float>("value", 0) != 0) return false;
  if (node.inputs.size() < 3 || node.inputs[2].empty()) return true;
  const Tensor* value = Constant(graph, node, 2);
  if (value == nullptr) return false;
  const auto number = ToFloats(value->view());
  return number.ok() &&
         std::all_of(number->begin(), number->end(), [](float element) { return element == 0; });
}

bool IsOneOf(const model::Node& node, std::initializer_list<std::string_view> op_types) {
  return std::find(op_types.begin(), op_types.end(), node.op_type) != op_types.end();
}

}  // namespace

InputRole RoleOf(const model::Node& node, std::size_t input) {
  return model::FindOperator(node).RoleOf(input);
}

OutputRange OutputRangeOf(const model::Graph& graph, const model::Node& node) {
  if (IsOneOf(node, {"Resize", "Upsample"})) {
    return node.Get<std::string>("mode", "nearest") == "nearest" ? OutputRange::kOfInput
                                                                 : OutputRange::kOwn;
  }
  if (node.op_type == "Pad")
    return PadsWithinRange(graph, node) ? OutputRange::kOfInput : OutputRange::kOfAll;
  return model::FindOperator(node).range;
}

bool FusesRelu(const model::Node& node) {
  return IsOneOf(node, {"Conv", "ConvTranspose", "Gemm", "MatMul"});
}

bool IsReluLike(const model::Graph& graph, const model::Node& node) {
  if (node.op_type == "Relu") return true;
  if (node.op_type != "Clip") return false;
  if (node.inputs.size() < 2) return node.Get<float>("min", -1) >= 0;
  const Tensor* bound = Constant(graph, node, 1);
  if (bound == nullptr) return false;
  const auto number = ToFloats(bound->view());
  return number.ok() && number->size() == 1 && number->front() >= 0;
}

bool BiasInAccumulatorScale(const model::Node& node) {
  return !IsOneOf(node, {"LSTM", "GRU", "RNN"});
}

std::optional<int> ChannelAxis(const model::Node& node, std::size_t input, std::size_t rank) {
  if (input != 1 || rank < 2) return std::nullopt;
  if (node.op_type == "Conv") return 0;
  if (node.op_type == "ConvTranspose" && node.Get<std::int64_t>("group", 1) == 1) return 1;
  if (node.op_type == "Gemm") return node.Get<std::int64_t>("transB", 0) != 0 ? 0 : 1;
  if (node.op_type == "MatMul" && rank == 2) return 1;
  return std::nullopt;
}

}  // namespace acc::quantize

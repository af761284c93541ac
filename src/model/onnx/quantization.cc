// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "model/onnx/code_tensors.h"
#include "model/onnx/float_rewriter.h"
#include "model/unique_names.h"

namespace acc::model {
namespace {

constexpr int kBiasBitwidth = 32;

bool ReadsBias(const Node& node, std::size_t input) {
  constexpr std::array kTypes = {"Conv", "ConvTranspose", "Gemm"};
  return input == 2 && std::ranges::find(kTypes, node.op_type) != kTypes.end();
}

// Where the channels are after `node`, a mover; nothing where they are spread.
std::optional<int> MovedAxis(const Graph& graph, const Node& node, int axis) {
  if (node.op_type == "Identity") return axis;
  const auto value = graph.initializers.find(node.inputs[0]);
  if (node.op_type != "Transpose" || value == graph.initializers.end()) return std::nullopt;
  const auto permutation = node.Get<std::vector<std::int64_t>>("perm", {});
  if (permutation.empty()) return static_cast<int>(value->second.dims().size()) - 1 - axis;
  return static_cast<int>(std::ranges::find(permutation, axis) - permutation.begin());
}

// A constant that is moved before it is read has the encoding after that as well.
void MoveParam(const Node& node, Graph& graph) {
  if (node.inputs.empty() || node.outputs.empty() || !node.domain.empty()) return;
  const auto param = graph.source_params.find(node.inputs[0]);
  if (param == graph.source_params.end() || !MovedCodesOf(node) || node.op_type == "Concat") return;
  const bool is_moved =
      std::all_of(node.inputs.begin() + 1, node.inputs.end(), [&](const std::string& input) {
        return input.empty() || graph.initializers.contains(input);
      });
  if (!is_moved || graph.source_tensors.contains(node.outputs[0])) return;
  TensorEncoding encoding = param->second;
  if (encoding.axis) {
    encoding.axis = MovedAxis(graph, node, *encoding.axis);
    if (!encoding.axis) return;
  }
  graph.source_params.insert_or_assign(node.outputs[0], std::move(encoding));
}

// 32 bits are for biases alone.
void DescribeParams(Graph& graph) {
  for (const Node& node : graph.nodes) MoveParam(node, graph);
  std::map<std::string, bool> is_bias;
  for (const Node& node : graph.nodes) {
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      const auto [place, is_new] = is_bias.try_emplace(node.inputs[input], true);
      place->second = place->second && ReadsBias(node, input);
    }
  }
  std::erase_if(graph.source_params, [&](const auto& entry) {
    const bool is_wide = entry.second.channels.front().bitwidth == kBiasBitwidth;
    const auto reads = is_bias.find(entry.first);
    return is_wide && (reads == is_bias.end() || !reads->second);
  });
}

// A Relu, or where the range ends at 6 the Clip that is called Relu6.
Node ClampOf(const std::string& from, const std::string& to, Graph& graph) {
  constexpr double kRelu6Bound = 6;
  constexpr std::int64_t kBoundsAreInputs = 11;
  Node clamp;
  clamp.name = from + "_clamp";
  clamp.op_type = "Relu";
  clamp.inputs = {from};
  clamp.outputs = {to};
  const auto source = graph.source_tensors.find(to);
  if (source == graph.source_tensors.end() || !source->second.encoding) return clamp;
  const Encoding& range = source->second.encoding->channels.front();
  const bool takes_inputs = graph.Opset() >= kBoundsAreInputs;
  if (std::abs(range.max - kRelu6Bound) > range.scale / 2 || !takes_inputs) return clamp;
  constexpr std::array<float, 2> kBounds = {0, static_cast<float>(kRelu6Bound)};
  clamp.op_type = "Clip";
  clamp.inputs.push_back(from + "_min");
  clamp.inputs.push_back(from + "_max");
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    graph.initializers.emplace(clamp.inputs[i + 1], Tensor::FromFloats({}, {&kBounds[i], 1}));
  }
  return clamp;
}

bool HoldsQuantization(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [](const Node& node) {
    return IsQuantizeLinear(node) || IsDequantizeLinear(node) ||
           node.op_type.starts_with("QLinear") || node.op_type == "QGemm" ||
           node.op_type.starts_with("DynamicQuantize") || node.op_type.ends_with("Integer");
  });
}

}  // namespace

Graph WithoutQuantization(Graph graph) {
  if (!HoldsQuantization(graph)) return graph;
  Graph result = RewriteInFloat(graph);
  DescribeParams(result);
  const Status sorted = SortNodes(result);
  if (sorted.ok()) return result;
  graph.onnx_quantization.notes = {fmt::format(
      "The quantization of the file could not be read and stays as it is: {}.", sorted.message())};
  return graph;
}

Graph WithDescribedCodes(Graph graph) {
  if (!HoldsQuantization(graph)) return graph;
  const CodeTensors codes(graph);
  std::map<std::string, SourceTensor> described;
  for (const Node& node : graph.nodes) {
    for (const std::string& output : node.outputs) {
      const CodeScales* scales = codes.Find(output);
      if (scales == nullptr || codes.Constant(output) != nullptr) continue;
      auto encoding = EncodingOf(*scales, std::nullopt);
      if (!encoding || encoding->per_channel()) continue;
      described[output] = {.type = scales->type, .encoding = std::move(encoding)};
    }
  }
  graph.onnx_quantization.is_read = !described.empty();
  graph.source_tensors = std::move(described);
  return graph;
}

void ClampToRanges(Graph& graph) {
  OnnxQuantization& quantization = graph.onnx_quantization;
  if (quantization.clamped.empty()) return;
  UniqueNames names;
  for (const auto& [name, value] : graph.initializers) names.Take(name);
  for (const Node& node : graph.nodes) {
    for (const std::string& output : node.outputs) names.Take(output);
  }
  std::vector<Node> nodes;
  for (Node& node : graph.nodes) {
    std::vector<Node> clamps;
    for (std::string& output : node.outputs) {
      if (!quantization.clamped.contains(output)) continue;
      const std::string made = names.Take(output + "_unclamped");
      quantization.added.insert(made);
      clamps.push_back(ClampOf(made, output, graph));
      output = made;
    }
    nodes.push_back(std::move(node));
    std::ranges::move(clamps, std::back_inserter(nodes));
  }
  graph.nodes = std::move(nodes);
  quantization.clamped.clear();
}

}  // namespace acc::model

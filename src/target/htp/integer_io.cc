// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/integer_io.h"

#include <set>
#include <utility>
#include <vector>

namespace acc::target {
namespace {

const Tensor* Constant(const model::Graph& graph, const std::string& name) {
  const auto found = graph.initializers.find(name);
  return found == graph.initializers.end() ? nullptr : &found->second;
}

// The zero point as an unsigned number of `type`'s width.
std::int64_t ZeroPoint(const Tensor& tensor) {
  switch (tensor.type()) {
    case ElementType::kUint8: return tensor.values<std::uint8_t>()[0];
    case ElementType::kUint16: return tensor.values<std::uint16_t>()[0];
    case ElementType::kInt8: return tensor.values<std::int8_t>()[0] + std::int64_t{128};
    case ElementType::kInt16: return tensor.values<std::int16_t>()[0] + std::int64_t{32768};
    default: return 0;
  }
}

// The only QuantizeLinear that reads `tensor`, or -1.
int SoleQuantizer(const model::Graph& graph, const model::Connections& connections,
                  const std::string& tensor) {
  const auto& consumers = connections.Consumers(tensor);
  if (consumers.size() != 1 || model::IsGraphOutput(graph, tensor)) return -1;
  return graph.nodes[consumers[0]].op_type == "QuantizeLinear" ? consumers[0] : -1;
}

void MoveInputs(IntegerIo& io, const model::Connections& connections, std::set<int>& dropped) {
  for (ValueInfo& input : io.graph.inputs) {
    const int index = SoleQuantizer(io.graph, connections, input.name);
    if (index < 0) continue;
    const model::Node& node = io.graph.nodes[index];
    const auto encoding = EncodingOf(io.graph, node);
    if (!encoding) continue;
    dropped.insert(index);
    io.inputs[input.name] = {node.outputs[0], *encoding};
    input.name = node.outputs[0];
    input.type = encoding->channels[0].bitwidth > 8 ? ElementType::kUint16 : ElementType::kUint8;
  }
}

void MoveOutputs(IntegerIo& io, const model::Connections& connections, std::set<int>& dropped) {
  for (ValueInfo& output : io.graph.outputs) {
    const int index = connections.Producer(output.name);
    if (index < 0 || io.graph.nodes[index].op_type != "DequantizeLinear") continue;
    const model::Node& node = io.graph.nodes[index];
    if (connections.Producer(node.inputs[0]) < 0) continue;
    if (connections.Consumers(output.name).empty()) dropped.insert(index);
    output = {.name = node.inputs[0], .has_rank = false};
  }
}

}  // namespace

std::optional<TensorEncoding> EncodingOf(const model::Graph& graph, const model::Node& node) {
  const Tensor* scale = node.inputs.size() > 1 ? Constant(graph, node.inputs[1]) : nullptr;
  const Tensor* zero = node.inputs.size() > 2 ? Constant(graph, node.inputs[2]) : nullptr;
  if (scale == nullptr || zero == nullptr || scale->size() != 1 || zero->size() != 1) return {};
  if (scale->type() != ElementType::kFloat32) return {};
  Encoding encoding;
  encoding.bitwidth = static_cast<int>(ByteSize(zero->type(), 1)) * 8;
  encoding.scale = scale->values<float>()[0];
  encoding.offset = -ZeroPoint(*zero);
  encoding.min = encoding.scale * static_cast<double>(encoding.offset);
  const std::int64_t steps = (std::int64_t{1} << encoding.bitwidth) - 1;
  encoding.max = encoding.scale * static_cast<double>(encoding.offset + steps);
  return TensorEncoding{.channels = {encoding}, .is_float = false};
}

IntegerIo WithIntegerIo(const model::Graph& graph) {
  IntegerIo io{.graph = graph};
  const model::Connections connections(graph);
  std::set<int> dropped;
  MoveInputs(io, connections, dropped);
  MoveOutputs(io, connections, dropped);
  std::vector<model::Node> kept;
  for (std::size_t i = 0; i < io.graph.nodes.size(); ++i) {
    if (!dropped.contains(static_cast<int>(i))) kept.push_back(std::move(io.graph.nodes[i]));
  }
  io.graph.nodes = std::move(kept);
  return io;
}

}  // namespace acc::target

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "model/tensorflow/frozen_graph.h"
#include "model/tensorflow/tensorflow_format.h"

namespace acc::model {
namespace {

using tensorflow::CompiledCalls;
using tensorflow::FrozenGraph;
using tensorflow::Op;

Node NodeOf(const FrozenGraph& graph, const Op& op) {
  Node node;
  node.name = op.def->name();
  node.op_type = op.def->op();
  for (const std::string& input : op.inputs) {
    if (graph.ConstantOf(input) == nullptr) node.inputs.push_back(input);
  }
  for (std::size_t port = 0; port < op.outputs; ++port) {
    node.outputs.push_back(fmt::format("{}:{}", op.def->name(), port));
  }
  return node;
}

}  // namespace

Result<Graph> OutlineTensorflow(const std::filesystem::path& path, const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(const FrozenGraph frozen,
                       FrozenGraph::Open(path, ends, CompiledCalls::kKeep));
  if (ends.cut != nullptr) *ends.cut = frozen.CutOff();
  Graph graph;
  graph.name = path.stem().string();
  graph.inputs = frozen.inputs();
  for (const Op& op : frozen.ops()) {
    const std::string first = op.def->name() + ":0";
    if (op.outputs > 0 && frozen.ConstantOf(first) == nullptr) {
      graph.nodes.push_back(NodeOf(frozen, op));
    }
  }
  for (const std::string& output : frozen.outputs()) graph.outputs.push_back({.name = output});
  return graph;
}

Result<std::string> NeededTensorflow(const std::filesystem::path& path, const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(const FrozenGraph frozen,
                       FrozenGraph::Open(path, ends, CompiledCalls::kKeep));
  return frozen.Serialized();
}

}  // namespace acc::model

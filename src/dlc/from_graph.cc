// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "dlc/from_graph/builder.h"
#include "dlc/from_graph/operators.h"
#include "dlc/from_graph/source.h"

namespace acc::dlc {
namespace {

std::string NameOf(const model::Node& node) {
  return node.domain.empty() ? node.op_type : node.domain + "." + node.op_type;
}

// True if the node has a counterpart in QNN, and is written.
bool WriteForTarget(Builder& builder, const model::Node& node) {
  const OperatorRow* row = FindOperator(node);
  return row != nullptr && row->write(builder, node);
}

}  // namespace

Result<WrittenGraph> FromGraph(const GraphToWrite& graph) {
  ACC_ASSIGN_OR_RETURN(const Source source, Source::Create(graph));
  Builder builder(source);
  std::map<std::string, int> without_counterpart;
  for (const model::Node& node : graph.graph.nodes) {
    if (WriteForTarget(builder, node)) continue;
    WriteAsItIs(builder, node);
    ++without_counterpart[NameOf(node)];
  }
  for (const auto& [operator_name, count] : without_counterpart) {
    builder.Warn(fmt::format(
        "{} ({} {}) has no QNN counterpart and is written under its ONNX name: the target needs "
        "an op package for it",
        Printable(operator_name), count, count == 1 ? "node" : "nodes"));
  }
  return builder.Finish();
}

}  // namespace acc::dlc

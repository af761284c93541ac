// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/arity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/text.h"
#include "model/onnx/operators.h"

namespace acc::model {
namespace {

Status CheckNode(const Node& node) {
  const std::size_t needed = node.domain.empty() ? FindOperator(node.op_type).least_inputs : 0;
  if (needed == 0) return OkStatus();
  const bool has_all =
      node.inputs.size() >= needed &&
      std::none_of(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(needed),
                   [](const std::string& name) { return name.empty(); });
  if (has_all && !node.outputs.empty()) return OkStatus();
  return Failure(fmt::format("node '{}' ({}) lacks an {}: the operator needs {}",
                             Printable(node.name), node.op_type, has_all ? "output" : "input",
                             Counted(needed, "input")));
}

}  // namespace

Status CheckArity(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    ACC_RETURN_IF_ERROR(CheckNode(node));
    for (const std::shared_ptr<const Graph>& body : Subgraphs(node)) {
      ACC_RETURN_IF_ERROR(CheckArity(*body));
    }
  }
  return OkStatus();
}

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
#include "model/names.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/text.h"

namespace acc::model {
namespace {

Status Check(std::string_view what, const std::string& name) {
  if (name.find('\0') == std::string::npos) return OkStatus();
  return Failure(fmt::format(
      "the {} '{}' has a NUL character in its name, where runtimes take the name to end; give it "
      "another name and save the model again",
      what, Printable(name)));
}

template <typename Names>
Status CheckTensors(const Names& names) {
  for (const std::string& name : names) ACC_RETURN_IF_ERROR(Check("tensor", name));
  return OkStatus();
}

}  // namespace

Status CheckNames(const Graph& graph) {
  ACC_RETURN_IF_ERROR(CheckTensors(InputNames(graph)));
  ACC_RETURN_IF_ERROR(CheckTensors(OutputNames(graph)));
  for (const auto& [name, tensor] : graph.initializers) ACC_RETURN_IF_ERROR(Check("tensor", name));
  for (const Node& node : graph.nodes) {
    ACC_RETURN_IF_ERROR(Check("node", node.name));
    ACC_RETURN_IF_ERROR(Check("operator", node.op_type));
    ACC_RETURN_IF_ERROR(CheckTensors(node.inputs));
    ACC_RETURN_IF_ERROR(CheckTensors(node.outputs));
    for (const std::shared_ptr<const Graph>& body : Subgraphs(node)) {
      ACC_RETURN_IF_ERROR(CheckNames(*body));
    }
  }
  return OkStatus();
}

}  // namespace acc::model

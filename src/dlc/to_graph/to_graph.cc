// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/to_graph.h"

#include <fmt/format.h>

#include "base/text.h"
#include "dlc/to_graph/builder.h"
#include "dlc/to_graph/onnx_node.h"
#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"
#include "model/graph.h"

namespace acc::dlc {
namespace {

// A file that does not name packages has QNN's own operators.
bool IsQnn(const Node& node) { return node.package.empty() || node.package == kQnnPackage; }

Status CheckOperators(const Graph& graph) {
  std::map<std::string, int> unknown;
  for (const Node& node : graph.nodes) {
    if (IsQnn(node) && FindOperator(node.type) == nullptr) ++unknown[Printable(node.type)];
  }
  if (unknown.empty()) return OkStatus();
  std::vector<std::string> counts;
  for (const auto& [type, count] : unknown) counts.push_back(fmt::format("{} ({})", type, count));
  return Failure(
      fmt::format("graph '{}' has operators that cannot be run: {}. Its encodings and layouts can "
                  "be used all the same",
                  Printable(graph.name), Join(counts, ", ")));
}

Status Translate(GraphBuilder& builder, const Node& node) {
  Translation translation(builder, node);
  if (!translation.Check(!node.outputs.empty(), "it has no outputs")) return translation.status();
  if (!IsQnn(node)) {
    TranslateOnnxNode(translation);
    return translation.status();
  }
  FindOperator(node.type)->Translate(translation);
  return translation.status();
}

}  // namespace

Result<TranslatedGraph> ToGraph(const Model& model, const Graph& graph) {
  constexpr int kFirstQnnVersion = 4;
  if (model.major < kFirstQnnVersion) {
    return Failure(fmt::format(
        "a DLC of version {} holds the operators of SNPE 1, which cannot be run; convert the model "
        "with a newer SDK",
        model.major));
  }
  ACC_RETURN_IF_ERROR(CheckOperators(graph));
  GraphBuilder builder(graph);
  ACC_RETURN_IF_ERROR(builder.Start());
  for (const Node& node : graph.nodes) ACC_RETURN_IF_ERROR(Translate(builder, node));
  ACC_ASSIGN_OR_RETURN(TranslatedGraph translated, builder.Finish());
  ACC_RETURN_IF_ERROR(model::CheckNames(translated.graph));
  return translated;
}

}  // namespace acc::dlc

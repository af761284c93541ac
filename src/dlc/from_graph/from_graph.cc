// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/from_graph.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "dlc/from_graph/builder.h"
#include "dlc/from_graph/needed_inputs.h"
#include "dlc/from_graph/operators.h"
#include "dlc/from_graph/source.h"
#include "dlc/numbers.h"
#include "model/onnx/output_rank.h"

namespace acc::dlc {
namespace {

// ONNX operators whose work QNN has an operator for, without a row of ours.
constexpr std::pair<std::string_view, std::string_view> kCounterparts[] = {
    {"DequantizeLinear", "Dequantize"},
    {"NonMaxSuppression", "NonMaxSuppression"},
    {"NonZero", "NonZero"},
    {"QuantizeLinear", "Quantize"},
};

std::string NameOf(const model::Node& node) {
  return node.domain.empty() ? node.op_type : node.domain + "." + node.op_type;
}

// A file may declare another rank than the operator gives; a runtime then drops the dims.
bool HasRankMade(const Source& source, const model::Node& node) {
  const std::string& output = node.outputs.front();
  const auto made =
      model::OutputRank(node, [&](std::size_t input) { return source.Rank(node.inputs[input]); });
  return !made || output.empty() || source.Rank(output) == *made;
}

// Nothing where the node has a counterpart in QNN and is written; why it is not, otherwise.
std::optional<std::string> WriteForTarget(Builder& builder, const model::Node& node) {
  if (const OperatorRow* row = FindRow(node)) {
    if (!HasNeededInputs(node)) return "it lacks an input or output";
    if (!HasRankMade(builder.source(), node))
      return "its output is not of the rank that the operator gives";
    if (row->write(builder, node)) return std::nullopt;
    std::string why = builder.TakeRefusal();
    if (why.empty()) why = "it is not translated with these attributes, inputs and types";
    return why;
  }
  for (const auto& [standard, of_qnn] : kCounterparts) {
    if (node.domain.empty() && node.op_type == standard) {
      return fmt::format("QNN has {}, but this program does not translate to it", of_qnn);
    }
  }
  return "it has no QNN counterpart";
}

}  // namespace

Result<WrittenGraph> FromGraph(const GraphToWrite& graph) {
  ACC_ASSIGN_OR_RETURN(const Source source, Source::Create(graph));
  Builder builder(source);
  using NamePackageReason = std::array<std::string, 3>;
  std::map<NamePackageReason, int> untranslated;
  for (const model::Node& node : graph.graph.nodes) {
    const std::optional<std::string> why = WriteForTarget(builder, SaturatedTo32Bits(node));
    if (!why) continue;
    WriteAsItIs(builder, node);
    ++untranslated[{NameOf(node), std::string(PackageOf(node)), *why}];
  }
  for (const auto& [what, count] : untranslated) {
    const auto& [name, package, why] = what;
    builder.Warn(fmt::format(
        "{} ({} {}) is written under its ONNX name: {}; to run this file, the target needs the op "
        "package '{}' with it",
        Printable(name), count, count == 1 ? "node" : "nodes", why, Printable(package)));
  }
  return builder.Finish();
}

}  // namespace acc::dlc

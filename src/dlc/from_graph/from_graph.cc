// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/from_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "dlc/from_graph/builder.h"
#include "dlc/from_graph/needed_inputs.h"
#include "dlc/from_graph/numbers.h"
#include "dlc/from_graph/operators.h"
#include "dlc/from_graph/source.h"
#include "model/onnx/operators.h"

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

// Of the products of numpy.matmul: an operand with one axis leaves none.
std::size_t RankOfProduct(std::size_t left, std::size_t right) {
  if (left == 1 || right == 1) return std::max(left, right) - 1;
  return std::max(left, right);
}

// The rank that the operator gives its output, where what is written depends on it.
std::optional<std::size_t> RankMade(const Source& source, const model::Node& node) {
  using model::AxisUse;
  const std::size_t rank = source.Rank(node.inputs.front());
  const AxisUse axes = model::FindOperator(node).axes;
  if (axes == AxisUse::kImage || axes == AxisUse::kOneAxis || axes == AxisUse::kAlongAxis) {
    return rank;
  }
  if (node.op_type == "Gemm") return 2;
  if (node.op_type == "MatMul") return RankOfProduct(rank, source.Rank(node.inputs[1]));
  if (node.op_type == "Gather") return rank + source.Rank(node.inputs[1]) - 1;
  return std::nullopt;
}

// A file may declare another rank than the operator gives; a runtime then drops the dims.
bool HasRankMade(const Source& source, const model::Node& node) {
  const std::string& output = node.outputs.front();
  const std::optional<std::size_t> made = RankMade(source, node);
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

// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/from_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "dlc/from_graph/builder.h"
#include "dlc/from_graph/operators.h"
#include "dlc/from_graph/source.h"
#include "dlc/numbers.h"
#include "model/onnx/operators.h"
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

// Operators, besides the reductions, of which an input may be left out in between.
constexpr std::string_view kWithOptional[] = {
    "Clip", "Conv", "ConvTranspose", "Dropout", "GRU",   "Gemm",    "LSTM",    "LayerNormalization",
    "Pad",  "RNN",  "Resize",        "Slice",   "Split", "Squeeze", "Upsample"};
constexpr std::string_view kReductions = "Reduce";

// ONNX Runtime's, in the standard's domain.
constexpr std::string_view kNormalization = "SimplifiedLayerNormalization";

bool MayLeaveOut(const model::Node& node) {
  return node.op_type.starts_with(kReductions) ||
         std::ranges::find(kWithOptional, node.op_type) != std::end(kWithOptional);
}

std::size_t NeededBy(const model::Node& node) {
  const std::size_t least = node.op_type == kNormalization
                                ? 2
                                : std::max<std::size_t>(model::FindOperator(node).least_inputs, 1);
  return MayLeaveOut(node) ? least : std::max(least, node.inputs.size());
}

bool IsThere(const std::string& name) { return !name.empty(); }

// Whether the node has an output, as many inputs as its operator cannot do without (one, where it
// is not known here), and a name for each unless ONNX lets an input of it be left out: what a
// runtime would have checked.
bool HasNeededInputs(const model::Node& node) {
  const std::size_t needed = NeededBy(node);
  return node.inputs.size() >= needed &&
         std::all_of(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(needed),
                     IsThere) &&
         std::ranges::any_of(node.outputs, IsThere) &&
         (IsThere(node.outputs.front()) || node.op_type == "TopK");
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

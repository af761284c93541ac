// SPDX-License-Identifier: BSD-3-Clause
#include "features/source_quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "features/quantization.h"

namespace acc::features {
namespace {

constexpr std::size_t kNamesShown = 4;

std::string Listed(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), kNamesShown);
  std::vector<std::string> first;
  for (std::size_t i = 0; i < shown; ++i) first.push_back(Printable(names[i]));
  const std::string list = Join(first, ", ");
  return shown == names.size() ? list : fmt::format("{} and {} more", list, names.size() - shown);
}

// The tensors that got an encoding of another origin than the file, in no order of the graph.
std::vector<std::string> Calibrated(const model::Graph& source,
                                    const convert::TargetGraph& converted,
                                    const quantize::QuantizedGraph& quantized) {
  std::vector<std::string> calibrated;
  for (const auto& [name, encoding] : quantized.activations) {
    if (encoding.is_float || quantized.shares_range_with.contains(name)) continue;
    const auto tensor = converted.tensors.find(name);
    const bool has_source = tensor != converted.tensors.end() && !tensor->second.source.empty();
    const auto own = source.source_tensors.find(has_source ? tensor->second.source : name);
    if (own == source.source_tensors.end() || !own->second.encoding) calibrated.push_back(name);
  }
  return calibrated;
}

std::string DroppedStatement(const InferenceEngineOptions& options) {
  if (options.precision == Precision::kInt8) {
    return "the encodings that the model's file brings are not used (--override_params): the "
           "target is quantized anew";
  }
  return fmt::format(
      "the quantization that the model's file brings is not used: the target computes in {}",
      options.precision == Precision::kFp16 ? "half precision" : "float32");
}

}  // namespace

bool IsQuantized(const model::Graph& outline) {
  constexpr std::array kPrefixes = {"Dequantize", "DynamicQuantize", "FakeQuant", "QGemm",
                                    "QLinear",    "Quantize",        "QUANTIZE",  "DEQUANTIZE"};
  constexpr std::array kTypes = {"ConvInteger", "MatMulInteger", "MatMulIntegerToFloat"};
  return HasSourceEncodings(outline) ||
         std::ranges::any_of(outline.nodes, [&](const model::Node& node) {
           const auto begins = [&](std::string_view prefix) {
             return node.op_type.starts_with(prefix);
           };
           return std::ranges::any_of(kPrefixes, begins) ||
                  std::ranges::find(kTypes, node.op_type) != kTypes.end();
         });
}

bool KeepsSourceEncodings(const InferenceEngineOptions& options) {
  return options.precision == Precision::kInt8 && !options.quantization.override_params;
}

std::vector<std::string> GoldenStatements(bool without_quantization) {
  if (without_quantization) {
    return {
        "golden is the model in real numbers, without the quantization that its file brings: this "
        "shows what quantization costs, too"};
  }
  return {
      "golden is itself quantized by its file: a target with the same encodings shows its "
      "arithmetic here, not what quantization costs (--golden_without_quantization shows that)"};
}

std::vector<std::string> TargetStatements(const InferenceEngineOptions& options,
                                          const model::Graph& source,
                                          const convert::TargetGraph& converted,
                                          const quantize::QuantizedGraph* quantized) {
  const bool is_read = HasSourceEncodings(source) || source.onnx_quantization.is_read;
  if (!is_read && source.onnx_quantization.notes.empty()) return {};
  std::vector<std::string> statements;
  if (is_read && !KeepsSourceEncodings(options)) {
    statements.push_back(DroppedStatement(options));
  } else if (is_read && quantized != nullptr) {
    const auto calibrated = Calibrated(source, converted, *quantized);
    statements.push_back(fmt::format(
        "the target uses the encodings that the model's file brings; calibrated here: {}",
        calibrated.empty() ? "none of its activations"
                           : fmt::format("{} of {} activations ({})", calibrated.size(),
                                         quantized->activations.size(), Listed(calibrated))));
  }
  const auto& notes = source.onnx_quantization.notes;
  if (KeepsSourceEncodings(options))
    statements.insert(statements.end(), notes.begin(), notes.end());
  return statements;
}

}  // namespace acc::features

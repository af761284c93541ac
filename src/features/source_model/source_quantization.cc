// SPDX-License-Identifier: BSD-3-Clause
#include "features/source_model/source_quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include "base/text.h"
#include "features/source_model/quantization.h"

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
  const auto root_of = [&](const std::string& name) {
    const auto shared = quantized.shares_range_with.find(name);
    return shared == quantized.shares_range_with.end() ? name : shared->second;
  };
  std::set<std::string> given;  // One tensor's encoding is that of all that share its range.
  for (const auto& [name, encoding] : quantized.activations) {
    const auto tensor = converted.tensors.find(name);
    const bool has_source = tensor != converted.tensors.end() && !tensor->second.source.empty();
    const auto own = source.source_tensors.find(has_source ? tensor->second.source : name);
    if (own != source.source_tensors.end() && own->second.encoding) given.insert(root_of(name));
  }
  std::vector<std::string> calibrated;
  for (const auto& [name, encoding] : quantized.activations) {
    if (!encoding.is_float && root_of(name) == name && !given.contains(name)) {
      calibrated.push_back(name);
    }
  }
  return calibrated;
}

// Makes `tensor` of another one, whose name is new; opsets before 11 have the bounds as attributes.
model::Node ClipTo(const Encoding& range, const std::string& tensor, model::Graph& graph) {
  constexpr std::int64_t kBoundsAreInputs = 11;
  constexpr std::string_view kSuffix = "/unsaturated";  // No converted name has a slash.
  const auto min = static_cast<float>(range.min);
  const auto max = static_cast<float>(range.max);
  model::Node clip;
  clip.name = tensor + std::string(kSuffix) + "/Clip";
  clip.op_type = "Clip";
  clip.inputs = {tensor + std::string(kSuffix)};
  clip.outputs = {tensor};
  if (graph.Opset() < kBoundsAreInputs) {
    clip.attributes = {{"min", min}, {"max", max}};
    return clip;
  }
  for (const auto& [name, bound] : {std::pair("/min", min), std::pair("/max", max)}) {
    graph.initializers.emplace(tensor + name, Tensor::FromFloats({}, {&bound, 1}));
    clip.inputs.push_back(tensor + name);
  }
  return clip;
}

std::string DroppedStatement(const QuantizationOptions& options) {
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
  constexpr std::array kPrefixes = {"Dequantize", "DynamicQuantize", "FakeQuant",
                                    "QGemm",      "QLinear",         "Quantize"};
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

convert::TargetGraph Saturated(const convert::TargetGraph& converted) {
  convert::TargetGraph saturated = converted;
  model::Graph& graph = saturated.graph;
  if (!graph.onnx_quantization.is_read) return saturated;
  std::vector<model::Node> nodes;
  for (model::Node& node : graph.nodes) {
    std::vector<model::Node> clips;
    for (std::string& output : node.outputs) {
      const auto tensor = converted.tensors.find(output);
      if (tensor == converted.tensors.end()) continue;
      const std::string& source = tensor->second.source;
      const auto own = graph.source_tensors.find(source.empty() ? output : source);
      const bool is_float = tensor->second.info.type == ElementType::kFloat32;
      if (!is_float || own == graph.source_tensors.end() || !own->second.encoding) continue;
      clips.push_back(ClipTo(own->second.encoding->channels.front(), output, graph));
      output = clips.back().inputs[0];
    }
    nodes.push_back(std::move(node));
    std::ranges::move(clips, std::back_inserter(nodes));
  }
  graph.nodes = std::move(nodes);
  return saturated;
}

bool KeepsSourceEncodings(const QuantizationOptions& options) {
  return options.precision == Precision::kInt8 && !options.override_params;
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

std::vector<std::string> TargetStatements(const QuantizationOptions& options,
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

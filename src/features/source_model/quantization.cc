// SPDX-License-Identifier: BSD-3-Clause
#include "features/source_model/quantization.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "features/source_model/source_quantization.h"
#include "model/onnx/onnx_format.h"
#include "ort/capture.h"
#include "quantize/algorithms.h"
#include "quantize/coverage.h"
#include "quantize/overrides.h"

namespace acc::features {
namespace {

constexpr std::string_view kNothingToReplace = "the model brings no encodings of its own";

// What a calibration flag says of one side, over what the switches say.
Status Calibration(const std::string& word, std::string_view flag, bool contradicts,
                   std::string_view other, quantize::Algorithm& algorithm) {
  if (word.empty()) return OkStatus();
  if (contradicts) return UsageError(fmt::format("--{} and --{} exclude each other", flag, other));
  ACC_ASSIGN_OR_RETURN(algorithm, quantize::AlgorithmOfCalibration(word));
  return OkStatus();
}

Result<quantize::Options> OptionsOf(const QuantizationOptions& given) {
  quantize::Options options;
  using quantize::Algorithm;
  options.activations = given.use_enhanced_quantizer ? Algorithm::kEnhanced : Algorithm::kTf;
  options.weights = given.use_symmetric_quantize_weights   ? Algorithm::kSymmetric
                    : given.use_adjusted_weights_quantizer ? Algorithm::kAdjusted
                                                           : options.activations;
  options.activation_bitwidth = given.act_bitwidth;
  options.weight_bitwidth = given.weights_bitwidth;
  options.bias_bitwidth = given.bias_bitwidth;
  options.per_channel_weights = given.use_per_channel_quantization;
  options.quantize_weights = !given.no_weight_quantization;
  options.percentile = given.percentile_calibration_value;
  ACC_RETURN_IF_ERROR(Calibration(given.act_quantizer_calibration, "act_quantizer_calibration",
                                  given.use_enhanced_quantizer, "use_enhanced_quantizer",
                                  options.activations));
  ACC_RETURN_IF_ERROR(Calibration(given.param_quantizer_calibration, "param_quantizer_calibration",
                                  given.use_adjusted_weights_quantizer,
                                  "use_adjusted_weights_quantizer", options.weights));
  options.symmetric_weights = given.use_symmetric_quantize_weights;
  return options;
}

// Control flow whose branch is not known before the run stays as it is, whatever it holds.
void WarnOfFloatBodies(const model::Graph& graph) {
  for (const model::Node& node : graph.nodes) {
    if (model::Subgraphs(node).empty()) continue;
    LogWarn("{} '{}' runs in float: its body is neither quantized nor compared", node.op_type,
            Printable(node.name));
  }
}

// Encodings of tensors that conversion took out go to those that have their values.
void MoveToTwins(const convert::TargetGraph& target,
                 std::map<std::string, TensorEncoding>& encodings) {
  for (const convert::Removed& removed : target.removed) {
    if (removed.twin.empty() || encodings.contains(removed.twin) ||
        encodings.contains(convert::SanitizedName(removed.twin))) {
      continue;
    }
    auto given = encodings.extract(removed.source);
    if (given.empty()) given = encodings.extract(convert::SanitizedName(removed.source));
    if (given.empty()) continue;
    given.key() = removed.twin;
    encodings.insert(std::move(given));
  }
}

// `own` are those that came with the model: of its tensors, some have become others.
void Report(const quantize::QuantizedGraph& quantized, const quantize::Overrides& own) {
  for (const std::string& note : quantized.notes) LogInfo("{}", note);
  std::vector<std::string> unknown;
  for (const std::string& name : quantized.unknown_overrides) {
    if (own.activations.contains(name) || own.params.contains(name)) continue;
    unknown.push_back(fmt::format("'{}'", Printable(name)));
  }
  if (!unknown.empty()) {
    LogWarn(
        "--quantization_overrides: {} encodings are not used, because the converted model has "
        "no such tensor: {}",
        unknown.size(), Join(unknown, ", "));
  }
  LogInfo(
      "quantized: {} activations, {} weights and biases; {} activations share a range, {} are "
      "fused",
      quantized.activations.size(), quantized.params.size(), quantized.shares_range_with.size(),
      quantized.fused.size());
}

// Adds those of `more` that `overrides` lacks; returns how many it has already.
std::size_t AddMissing(const std::map<std::string, TensorEncoding>& more,
                       std::map<std::string, TensorEncoding>& overrides) {
  std::size_t kept = 0;
  for (const auto& [name, encoding] : more)
    kept += overrides.emplace(name, encoding).second ? 0 : 1;
  return kept;
}

// What the user gives, after what came with the model unless that is to be replaced.
Result<quantize::Overrides> OverridesFor(const model::Graph& graph,
                                         const QuantizationOptions& options) {
  quantize::Overrides given;
  if (!options.quantization_overrides.empty()) {
    ACC_ASSIGN_OR_RETURN(given, ReadGivenOverrides(options.quantization_overrides));
  }
  quantize::Overrides own = quantize::SourceEncodings(graph);
  const std::size_t count = own.activations.size() + own.params.size();
  if (count == 0) {
    if (options.override_params) LogWarn("--override_params has no effect: {}", kNothingToReplace);
    return given;
  }
  if (options.override_params) {
    LogInfo("--override_params: the model's own {} encodings are not used", count);
    return given;
  }
  LogInfo("the model brings {} encodings of its own, which stay; --override_params replaces them",
          count);
  const std::size_t kept =
      AddMissing(given.activations, own.activations) + AddMissing(given.params, own.params);
  if (kept > 0) {
    LogWarn(
        "--quantization_overrides has {} tensors that the model itself quantizes: its own "
        "encodings stay, unless --override_params is given",
        kept);
  }
  own.own_axis = given.own_axis;
  own.sections_known = given.sections_known || options.quantization_overrides.empty();
  return own;
}

quantize::Types TypesOf(const convert::TargetGraph& target) {
  quantize::Types types;
  for (const auto& [name, tensor] : target.tensors) types[name] = tensor.info;
  return types;
}

std::size_t CountIntegers(const std::map<std::string, TensorEncoding>& encodings) {
  return static_cast<std::size_t>(
      std::ranges::count_if(encodings, [](const auto& entry) { return !entry.second.is_float; }));
}

}  // namespace

std::vector<std::string> StatementsOf(const model::Graph& graph, const quantize::Types& types,
                                      const quantize::QuantizedGraph& quantized,
                                      bool weights_stay_float) {
  const std::string coverage =
      quantize::Summary(quantize::CoverageOf(graph, types, quantized, weights_stay_float));
  const std::string tensors =
      fmt::format("{} activations and {} weights and biases have integer encodings{}",
                  CountIntegers(quantized.activations), CountIntegers(quantized.params),
                  weights_stay_float ? ", of which those of weights and biases are not used" : "");
  return {coverage.empty() ? tensors : coverage + "; " + tensors};
}

Result<std::vector<std::string>> CheckedStatementsOf(const convert::TargetGraph& target,
                                                     const quantize::QuantizedGraph& quantized,
                                                     const QuantizationOptions& options) {
  const quantize::Types types = TypesOf(target);
  const bool weights_stay_float = options.no_weight_quantization;
  const quantize::Coverage coverage =
      quantize::CoverageOf(target.graph, types, quantized, weights_stay_float);
  const std::size_t encodings =
      CountIntegers(quantized.activations) + CountIntegers(quantized.params);
  const bool has_quantized_node = coverage.compute_nodes > coverage.left_float.size();
  if (coverage.compute_nodes > 0 && !has_quantized_node) {
    return Failure(fmt::format(
        "nothing was quantized: {}. The run would be the float one; --precision fp32 makes it",
        quantize::Summary(coverage)));
  }
  if (coverage.compute_nodes == 0 && encodings == 0) {
    return Failure(
        "nothing was quantized: the model has no float tensor that a target would store as "
        "integers. --precision fp32 runs it as it is");
  }
  return StatementsOf(target.graph, types, quantized, weights_stay_float);
}

Result<quantize::Overrides> ReadGivenOverrides(const std::filesystem::path& path) {
  std::vector<std::string> blockwise;
  ACC_ASSIGN_OR_RETURN(auto overrides, quantize::ReadOverrides(path, &blockwise));
  if (blockwise.empty()) return overrides;
  for (std::string& name : blockwise) name = fmt::format("'{}'", Printable(name));
  LogWarn(
      "--quantization_overrides: {} blockwise encodings (PER_BLOCK, LPBQ) are not used, and "
      "their tensors are quantized as if the file lacked them: {}",
      blockwise.size(), Join(blockwise, ", "));
  return overrides;
}

bool HasSourceEncodings(const model::Graph& graph) {
  const quantize::Overrides encodings = quantize::SourceEncodings(graph);
  return !encodings.activations.empty() || !encodings.params.empty();
}

Status CheckQuantization(const QuantizationOptions& options) { return OptionsOf(options).status(); }

Result<std::unique_ptr<quantize::Quantizer>> QuantizerOf(
    const convert::TargetGraph& target, const std::vector<std::string>& source_params,
    const quantize::Overrides& overrides, const quantize::Options& options) {
  quantize::Overrides moved = overrides;
  MoveToTwins(target, moved.activations);
  MoveToTwins(target, moved.params);
  const quantize::Types types = TypesOf(target);
  std::map<std::string, std::string> source_name;
  for (const auto& [name, tensor] : target.tensors) {
    if (!tensor.source.empty()) source_name[name] = tensor.source;
  }
  for (const std::string& name : source_params) {
    const std::string renamed = convert::SanitizedName(name);
    if (target.graph.initializers.contains(renamed)) source_name.emplace(renamed, name);
  }
  return quantize::CreateQuantizer(target.graph, types, source_name, moved, options);
}

Status RunFloat(const convert::TargetGraph& target, const std::vector<std::string>& tensors,
                const InputLines& lines, LineRange range, std::uint64_t memory_budget_bytes,
                const ort::CaptureSink& sink, std::string_view what) {
  if (tensors.empty()) return OkStatus();
  ort::CapturePlan plan;
  ACC_ASSIGN_OR_RETURN(plan.model, model::SerializeOnnx(target.graph));
  plan.inputs = model::InputNames(target.graph);
  plan.outputs = model::OutputNames(target.graph);
  plan.memory_budget_bytes = memory_budget_bytes;
  plan.tensors = tensors;
  const auto read = [&](std::size_t line) { return lines.Read(range.first + line); };
  const auto numbered = [&](std::size_t line, const std::string& tensor, const TensorView& value) {
    return sink(range.first + line, tensor, value);
  };
  const auto unreadable = [&](const std::string& tensor, const std::string& reason) {
    LogDebug("{} does not see '{}': {}", what, tensor, reason);
  };
  return ort::Capture(plan, range.count, read, numbered, unreadable, what);
}

Result<quantize::QuantizedGraph> QuantizeModel(const convert::TargetGraph& target,
                                               const std::vector<std::string>& source_params,
                                               const InputLines& lines,
                                               const QuantizationOptions& options,
                                               std::uint64_t memory_budget_bytes) {
  ACC_ASSIGN_OR_RETURN(const quantize::Overrides overrides, OverridesFor(target.graph, options));
  ACC_ASSIGN_OR_RETURN(const quantize::Options quantization, OptionsOf(options));
  ACC_ASSIGN_OR_RETURN(auto quantizer, QuantizerOf(target, source_params, overrides, quantization));
  quantize::Quantizer* const quantizers[] = {quantizer.get()};
  quantize::Calibrator calibrator = quantize::CalibratorFor(quantizers);
  const auto observe = [&](std::size_t, const std::string& tensor,
                           const TensorView& value) -> Status {
    ACC_ASSIGN_OR_RETURN(const auto values, ToFloats(value));
    calibrator.Observe(tensor, values);
    return OkStatus();
  };
  const bool is_given = !options.override_params && HasSourceEncodings(target.graph);
  const auto observed = is_given ? Saturated(target) : target;
  ACC_RETURN_IF_ERROR(RunFloat(observed, calibrator.tensors(), lines, {0, lines.size()},
                               memory_budget_bytes, observe, "calibration"));
  if (lines.size() < kAdvisedInputs) {
    LogInfo("calibrated with {}; {} or more that are typical give better ranges",
            Counted(lines.size(), "input"), kAdvisedInputs);
  }
  WarnOfFloatBodies(target.graph);
  ACC_ASSIGN_OR_RETURN(auto quantized, quantizer->Finish(calibrator));
  Report(quantized,
         options.override_params ? quantize::Overrides() : quantize::SourceEncodings(target.graph));
  return quantized;
}

Result<quantize::QuantizedGraph> QuantizeAsGiven(const model::Graph& graph,
                                                 const quantize::Types& types,
                                                 const quantize::Overrides& encodings) {
  const quantize::Options options{.given_encodings_only = true};
  ACC_ASSIGN_OR_RETURN(const auto quantizer,
                       quantize::CreateQuantizer(graph, types, {}, encodings, options));
  ACC_ASSIGN_OR_RETURN(auto quantized, quantizer->Finish(quantize::Calibrator({}, {})));
  for (const std::string& note : quantized.notes) LogInfo("{}", note);
  return quantized;
}

}  // namespace acc::features

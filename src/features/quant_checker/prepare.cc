// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "features/quant_checker/check_rows.h"
#include "features/quant_checker/golden_check.h"
#include "features/source_model/conversion.h"
#include "features/source_model/quantization.h"
#include "model/onnx/quantization.h"
#include "model/random_numbers.h"
#include "quantize/algorithms.h"

namespace acc::features {
namespace {

class Preparer {
 public:
  Preparer(const QuantCheckerOptions& options, const CheckerConfig& config)
      : options_(options), config_(config) {}

  Result<Preparation> Run() {
    ACC_RETURN_IF_ERROR(ReadModel());
    const std::vector<QuantizationOption> options = OptionsToTry();
    ACC_RETURN_IF_ERROR(AddGraph({}));
    ACC_RETURN_IF_ERROR(CheckRepeatable());
    ACC_RETURN_IF_ERROR(ReadInputs());
    NoteSaturation();
    const bool equalizes = std::ranges::any_of(options, &QuantizationOption::equalize);
    if (equalizes) ACC_RETURN_IF_ERROR(AddEqualizedGraph());
    for (const QuantizationOption& option : options) ACC_RETURN_IF_ERROR(AddCandidate(option));
    if (prepared_.lines.size() < kAdvisedInputs) {
      prepared_.notes.push_back(
          fmt::format("Calibrated with {}; {} or more that are typical give better ranges.",
                      Counted(prepared_.lines.size(), "input"), kAdvisedInputs));
    }
    return std::move(prepared_);
  }

 private:
  Status ReadModel() {
    ACC_ASSIGN_OR_RETURN(prepared_.source, ReadSourceModel(options_.model));
    model::ClampToRanges(prepared_.source.graph);
    prepared_.notes = SourceStatements(prepared_.source);
    if (!options_.quantization_overrides.empty()) {
      ACC_ASSIGN_OR_RETURN(prepared_.overrides,
                           ReadGivenOverrides(options_.quantization_overrides));
    }
    prepared_.needs = Joined(Joined(NeedsOf(config_.weights), NeedsOf(config_.biases)),
                             NeedsOf(config_.activations));
    return OkStatus();
  }

  // Those of the configuration, and before them the model as its file quantizes it.
  std::vector<QuantizationOption> OptionsToTry() {
    auto options = OptionsOf(config_);
    if (!HasSourceEncodings(prepared_.source.graph)) return options;
    const QuantizationOption given = OptionAsGiven(config_);
    prepared_.notes.push_back(fmt::format(
        "The option {} has the encodings that the model brings, and the others calibrate anew; "
        "all are measured against the model in real numbers, with the weights that its codes "
        "stand for. What the model leaves out is quantized as by {}.",
        given.name, given.variation.name));
    options.insert(options.begin(), given);
    return options;
  }

  // The lines of the input list, held against the goldens where there are some.
  Status ReadInputs() {
    const CheckedGraph& graph = prepared_.graphs.front();
    ACC_ASSIGN_OR_RETURN(
        prepared_.lines,
        InputLines::Open(options_.input_list, InputsOf(prepared_.source, graph.target, false)));
    if (options_.golden_output_reference_directory.empty()) return OkStatus();
    ACC_ASSIGN_OR_RETURN(auto note,
                         CompareWithGoldens(options_.golden_output_reference_directory, graph,
                                            prepared_.lines, BudgetBytes(options_)));
    LogInfo("{}", note);
    prepared_.notes.push_back(std::move(note));
    return OkStatus();
  }

  Status AddGraph(const std::vector<std::string>& algorithms) {
    ACC_ASSIGN_OR_RETURN(auto target,
                         ConvertModel(prepared_.source, options_.model.output_tensors, algorithms));
    const int widest = std::max(options_.weights_width, options_.bias_width);
    prepared_.graphs.push_back(
        CheckedGraphOf(std::move(target), inspect::WantedFor(prepared_.needs, widest)));
    return OkStatus();
  }

  // Options are ranked by the error of the output, which random numbers would be a part of.
  Status CheckRepeatable() const {
    const convert::TargetGraph& target = prepared_.graphs.front().target;
    const auto random = model::RandomTensors(target.graph);
    for (const ValueInfo& output : target.graph.outputs) {
      const auto found = random.find(output.name);
      if (found == random.end()) continue;
      return Failure(fmt::format(
          "the output '{}' depends on random numbers ('{}'), so that nothing tells what "
          "quantization does to it. --input_tensor with the name of what draws them gives it "
          "numbers that stay; --output_tensor chooses another output",
          Printable(output.name), Printable(found->second)));
    }
    return OkStatus();
  }

  void NoteSaturation() {
    for (const ValueInfo& output : prepared_.graphs.front().target.graph.outputs) {
      const std::string& type = prepared_.graphs.front().maker.at(output.name).type;
      if (type != "Softmax" && type != "Sigmoid") continue;
      prepared_.notes.push_back(
          fmt::format("The output '{}' is that of a {}, which hides errors where it saturates. To "
                      "see them, name what it reads as --output_tensor.",
                      output.name, type));
    }
  }

  // Where nothing can be equalized, cle options have the first graph, and the report says so.
  Status AddEqualizedGraph() {
    ACC_RETURN_IF_ERROR(AddGraph({"cle"}));
    const convert::Equalization& equalization = prepared_.graphs.back().target.equalization;
    if (equalization.chains.empty()) {
      prepared_.notes.push_back(fmt::format("Options with cle are equal to those without: {}.",
                                            convert::Summary(equalization)));
      prepared_.graphs.pop_back();
      return OkStatus();
    }
    prepared_.notes.push_back(fmt::format("cle: {}.", convert::Summary(equalization)));
    return OkStatus();
  }

  Status AddCandidate(const QuantizationOption& option) {
    Candidate candidate{.option = option,
                        .graph = option.equalize ? prepared_.graphs.size() - 1 : 0,
                        .quantizer = nullptr};
    LogDebug("option {}: activations {}, weights {}, per channel {}, equalized {}, bits {}/{}/{}",
             option.name, quantize::InfoOf(option.variation.activations).name,
             quantize::InfoOf(option.variation.weights).name, option.per_channel, option.equalize,
             options_.activation_width, options_.weights_width, options_.bias_width);
    ACC_ASSIGN_OR_RETURN(candidate.quantizer,
                         QuantizerFor(prepared_, candidate, OverridesOf(option), options_));
    prepared_.candidates.push_back(std::move(candidate));
    return OkStatus();
  }

  // As in the inference engine, what the model brings stands before what the user gives.
  quantize::Overrides OverridesOf(const QuantizationOption& option) const {
    if (!option.as_given) return prepared_.overrides;
    quantize::Overrides own = quantize::SourceEncodings(prepared_.graphs.front().target.graph);
    own.activations.insert(prepared_.overrides.activations.begin(),
                           prepared_.overrides.activations.end());
    own.params.insert(prepared_.overrides.params.begin(), prepared_.overrides.params.end());
    return own;
  }

  const QuantCheckerOptions& options_;
  const CheckerConfig& config_;
  Preparation prepared_;
};

}  // namespace

Result<Preparation> PrepareCheck(const QuantCheckerOptions& options, const CheckerConfig& config) {
  return Preparer(options, config).Run();
}

Result<std::unique_ptr<quantize::Quantizer>> QuantizerFor(const Preparation& prepared,
                                                          const Candidate& candidate,
                                                          const quantize::Overrides& overrides,
                                                          const QuantCheckerOptions& options) {
  return QuantizerOf(prepared.graphs[candidate.graph].target, ParamNames(prepared.source.graph),
                     overrides, QuantizeOptionsOf(candidate.option, options));
}

}  // namespace acc::features

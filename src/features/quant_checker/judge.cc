// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/judge.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace acc::features {
namespace {

OptionResult Renamed(const OptionResult& twin, const Candidate& candidate) {
  LogInfo("{}: the same as {}", candidate.option.name, twin.option.name);
  OptionResult result = twin;
  result.option = candidate.option;
  return result;
}

}  // namespace

Result<Judge> Judge::Create(const QuantCheckerOptions& options, const Preparation& prepared,
                            const FloatRun& floats) {
  ACC_ASSIGN_OR_RETURN(auto engine,
                       target::CreateEngine({.runtime = "cpu",
                                             .architecture = "x86_64-linux-clang",
                                             .quantized = true,
                                             .memory_budget_bytes = BudgetBytes(options)}));
  return Judge(prepared, floats, std::move(engine));
}

Status Judge::JudgeAll() {
  for (const Candidate& candidate : prepared_->candidates) {
    if (const OptionResult* same = SameOption(candidate)) {
      results_.push_back(Renamed(*same, candidate));
      continue;
    }
    ACC_ASSIGN_OR_RETURN(OptionResult result, Of(candidate, *candidate.quantizer));
    results_.push_back(std::move(result));
  }
  return OkStatus();
}

// An earlier option that differs by an equalization that found nothing.
const OptionResult* Judge::SameOption(const Candidate& candidate) const {
  const auto same = std::ranges::find_if(results_, [&](const OptionResult& other) {
    return other.graph == candidate.graph && other.option.as_given == candidate.option.as_given &&
           other.option.per_channel == candidate.option.per_channel &&
           other.option.variation.name == candidate.option.variation.name;
  });
  return same == results_.end() ? nullptr : &*same;
}

Result<OptionResult> Judge::Of(const Candidate& candidate, quantize::Quantizer& quantizer) const {
  const CheckedGraph& graph = prepared_->graphs[candidate.graph];
  ACC_ASSIGN_OR_RETURN(const auto quantized, quantizer.Finish(*floats_->calibrator));
  if (const OptionResult* twin = TwinOf(candidate, quantized)) return Renamed(*twin, candidate);
  OptionResult result = JudgeOption(candidate.option, graph, quantized, *floats_->calibrator,
                                    prepared_->needs.entropy);
  result.graph = candidate.graph;
  ACC_ASSIGN_OR_RETURN(result.outputs,
                       MeasureOutputs(graph.target, quantized, prepared_->lines, floats_->outputs,
                                      *engine_, "outputs of " + candidate.option.name));
  result.measured_db = LowestOf(result.outputs);
  for (const std::string& note : quantized.notes) LogDebug("{}: {}", candidate.option.name, note);
  LogInfo("{}: {:.1f} dB measured at the output, {:.1f} dB expected", candidate.option.name,
          result.measured_db, result.expected_db);
  return result;
}

// An earlier option that came to the same encodings of the same graph, as tf and asymmetric do.
const OptionResult* Judge::TwinOf(const Candidate& candidate,
                                  const quantize::QuantizedGraph& quantized) const {
  const auto twin = std::ranges::find_if(results_, [&](const OptionResult& other) {
    return other.graph == candidate.graph && HasEncodingsOf(quantized, other);
  });
  return twin == results_.end() ? nullptr : &*twin;
}

}  // namespace acc::features

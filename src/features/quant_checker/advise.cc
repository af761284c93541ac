// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/advise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "features/quant_checker/isolated_quantization.h"
#include "features/quant_checker/noise_search.h"
#include "features/quant_checker/remedies.h"
#include "features/source_model/quantization.h"
#include "quantize/algorithms.h"
#include "quantize/encodings_file.h"

namespace acc::features {
namespace {

constexpr std::size_t kMostCauses = 5;
constexpr std::size_t kMostRuns = 64;

class Adviser {
 public:
  explicit Adviser(const AdviceSources& sources) : sources_(sources) {}

  Status AdviseOn(std::size_t best, report::OptionOverview& overview) {
    const OptionResult& result = sources_.judge.results()[best];
    const CheckedGraph& graph = sources_.prepared.graphs[result.graph];
    ACC_RETURN_IF_ERROR(CreateFolders(sources_.folder / "overrides"));
    quantize::Overrides encodings{.activations = result.activations,
                                  .params = result.encoded_params};
    std::erase_if(encodings.activations, [&](const auto& entry) {
      return result.shares_range_with.contains(entry.first);
    });
    overview.overrides_file = "overrides/" + result.option.name + ".json";
    overview.overrides_flags = result.option.as_given ? std::string("--inference_engine …")
                                                      : FlagsFor(result, overview.overrides_file);
    ACC_RETURN_IF_ERROR(quantize::WriteEncodings(sources_.folder / overview.overrides_file,
                                                 InSourceNames(encodings, graph)));
    // Nothing to explain: no error, or no output other than zero.
    if (!std::isfinite(result.measured_db)) return OkStatus();
    IsolatedQuantization isolated(graph, sources_.prepared.lines, sources_.floats.outputs,
                                  sources_.judge.engine());
    ACC_ASSIGN_OR_RETURN(const auto noise,
                         FindNoise(graph, result, isolated, kMostCauses, kMostRuns));
    const OptionResult* equalized = EqualizedTwin(result);
    ACC_ASSIGN_OR_RETURN(
        const auto causes,
        CausesOf({.graph = graph,
                  .result = result,
                  .isolated = noise,
                  .equalized = equalized,
                  .equalized_graph =
                      equalized == nullptr ? nullptr : &sources_.prepared.graphs[equalized->graph],
                  .calibrator = *sources_.floats.calibrator,
                  .measuring = isolated}));
    LogInfo("{}: {} runs of parts of it found {} tensors that make most of its error",
            result.option.name, isolated.runs(), causes.size());
    bool mends = false;
    for (const Cause& cause : causes) {
      overview.causes.push_back(cause.text);
      if (!cause.remedy) continue;
      auto& side = cause.share.param ? encodings.params : encodings.activations;
      side[cause.share.tensor] = *cause.remedy;
      mends = true;
    }
    return mends ? MeasureRemedies(best, encodings, overview) : OkStatus();
  }

 private:
  // Biases follow their weights and inputs, so those without a remedy are left to the quantizer.
  Status MeasureRemedies(std::size_t best, const quantize::Overrides& encodings,
                         report::OptionOverview& overview) {
    Candidate candidate{.option = sources_.judge.results()[best].option,
                        .graph = sources_.judge.results()[best].graph,
                        .quantizer = nullptr};
    candidate.option.name += " with remedies";
    ACC_ASSIGN_OR_RETURN(const auto quantizer,
                         QuantizerFor(sources_.prepared, candidate, encodings, sources_.options));
    ACC_ASSIGN_OR_RETURN(const OptionResult remedied, sources_.judge.Of(candidate, *quantizer));
    overview.remedies_db = remedied.measured_db;
    overview.remedies_file = "overrides/remedies.json";
    overview.remedies_flags = FlagsFor(sources_.judge.results()[best], overview.remedies_file);
    return quantize::WriteEncodings(
        sources_.folder / overview.remedies_file,
        InSourceNames(encodings, sources_.prepared.graphs[candidate.graph]));
  }

  // The option that differs from `result` by equalization alone, if that changed the graph.
  const OptionResult* EqualizedTwin(const OptionResult& result) const {
    if (result.option.equalize || result.option.as_given) return nullptr;
    const auto twin =
        std::ranges::find_if(sources_.judge.results(), [&](const OptionResult& other) {
          return other.option.equalize && other.graph != result.graph &&
                 other.option.per_channel == result.option.per_channel &&
                 other.option.variation.name == result.option.variation.name;
        });
    return twin == sources_.judge.results().end() ? nullptr : &*twin;
  }

  std::string FlagsFor(const OptionResult& result, const std::string& file) const {
    const bool replaces = HasSourceEncodings(sources_.prepared.source.graph);
    return fmt::format("--inference_engine … --quantization_overrides {}{}{}",
                       (sources_.folder / file).native(), replaces ? " --override_params" : "",
                       EngineFlags(result.option, sources_.options));
  }

  // Under the source's names, where there is one.
  static quantize::Overrides InSourceNames(const quantize::Overrides& encodings,
                                           const CheckedGraph& graph) {
    quantize::Overrides renamed{.params = encodings.params};
    for (const auto& [name, encoding] : encodings.activations) {
      const auto tensor = graph.target.tensors.find(name);
      const bool has_source =
          tensor != graph.target.tensors.end() && !tensor->second.source.empty();
      renamed.activations[has_source ? tensor->second.source : name] = encoding;
    }
    return renamed;
  }

  const AdviceSources& sources_;
};

}  // namespace

std::string SingleValuesNote(const CheckedGraph& graph, const FloatRun& floats,
                             const OptionResult& result) {
  std::vector<std::string> single;
  for (const auto& [tensor, encoding] : result.activations) {
    const auto observer = floats.calibrator->ObserverOf(tensor);
    if (!observer.ok() || encoding.is_float || result.shares_range_with.contains(tensor)) continue;
    const quantize::Observation seen = quantize::ObservationOf(**observer);
    if (seen.min == seen.max) single.push_back(tensor);
  }
  for (std::size_t i = 0; i < graph.params.size(); ++i) {
    const CheckedParam& param = graph.params[i];
    const bool is_judged = i < result.params.size() && result.params[i].encoding.has_value();
    if (is_judged && param.facts.min == param.facts.max) single.push_back(param.tensor);
  }
  if (single.empty()) return {};
  constexpr std::size_t kShown = 5;
  return fmt::format(
      "{} tensor{} one value in all inputs, at which the calibrated range ends; that rounding "
      "leaves it exact proves nothing: {}.",
      single.size(), single.size() == 1 ? " has" : "s have", FewNames(single, kShown));
}

Status Advise(const AdviceSources& sources, std::size_t best, report::OptionOverview& overview) {
  return Adviser(sources).AdviseOn(best, overview);
}

}  // namespace acc::features

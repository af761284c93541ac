// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/remedies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "quantize/algorithms.h"
#include "quantize/value_density.h"
#include "quantize/weights.h"
#include "tensor/codes.h"

namespace acc::features {
namespace {

using quantize::Algorithm;

constexpr double kHelpfulDb = 3;

// Those whose encodings differ from each other, the plainest first.
constexpr Algorithm kRangeAlgorithms[] = {Algorithm::kTf, Algorithm::kMse, Algorithm::kEnhanced,
                                          Algorithm::kPercentile};

std::string RangeText(const Encoding& encoding) {
  return fmt::format("[{:.4g}, {:.4g}]", encoding.min, encoding.max);
}

std::string ForAll(std::string_view flag, std::string_view value) {
  return value.empty() ? "" : fmt::format("--{} {} for all", flag, value);
}

// The remedies that a tensor could have, the cheapest first; what they do is not known yet.
class Candidates {
 public:
  Candidates(const RemedySources& sources, const NoiseShare& share)
      : sources_(sources), share_(share) {
    if (!share.param) {
      ForActivation();
    } else if (sources.graph.params[*share.param].is_bias) {
      ForBias();
    } else {
      ForWeight(sources.graph.params[*share.param]);
    }
  }

  std::vector<Remedy> Take() { return std::move(remedies_); }

 private:
  void Add(std::string what, std::string flag, std::optional<TensorEncoding> encoding) {
    remedies_.push_back({.text = {.what = std::move(what), .flag = std::move(flag)},
                         .encoding = std::move(encoding)});
  }

  void ForActivation() {
    const auto observer = sources_.calibrator.ObserverOf(share_.tensor);
    if (!observer.ok()) return;
    const quantize::Observation seen = quantize::ObservationOf(**observer);
    const TensorEncoding& now = sources_.result.activations.at(share_.tensor);
    const int bitwidth = now.channels.front().bitwidth;
    for (const Algorithm algorithm : kRangeAlgorithms) {
      const quantize::AlgorithmInfo& info = quantize::InfoOf(algorithm);
      AddRange(now, {.channels = {info.encode(seen, {.bitwidth = bitwidth})}}, seen.min, seen.max,
               ForAll("act_quantizer_calibration", info.calibration));
    }
    if (bitwidth >= 16) return;
    const Encoding wide = quantize::InfoOf(Algorithm::kTf).encode(seen, {.bitwidth = 16});
    Add("store it with 16 bits", ForAll("act_bitwidth", "16"), TensorEncoding{.channels = {wide}});
  }

  void AddRange(const TensorEncoding& now, TensorEncoding other, double min, double max,
                std::string flag) {
    if (SameGrids(now, other)) return;
    const Encoding& range = other.channels.front();
    const bool clips = range.min - range.scale > min || range.max + range.scale < max;
    Add(fmt::format("{} the range {} instead of {}", clips ? "clip its outliers:" : "give it",
                    RangeText(range), RangeText(now.channels.front())),
        std::move(flag), std::move(other));
  }

  const Tensor& Values() const {
    return sources_.graph.target.graph.initializers.at(share_.tensor);
  }

  TensorEncoding Encoded(Algorithm algorithm, std::optional<int> axis, int bitwidth,
                         bool symmetric) const {
    return quantize::EncodingOfConstant(Values(), axis, quantize::InfoOf(algorithm),
                                        {.bitwidth = bitwidth, .symmetric = symmetric});
  }

  void ForBias() {
    if (sources_.result.params[*share_.param].encoding->channels.front().bitwidth >= 32) return;
    Add("store the bias with 32 bits", ForAll("bias_bitwidth", "32"),
        Encoded(Algorithm::kTf, std::nullopt, 32, true));
  }

  void ForWeight(const CheckedParam& param) {
    const TensorEncoding& now = *sources_.result.params[*share_.param].encoding;
    const int bitwidth = now.channels.front().bitwidth;
    for (const Algorithm algorithm : kRangeAlgorithms) {
      if (now.per_channel()) break;
      AddRange(now, Encoded(algorithm, std::nullopt, bitwidth, false), param.facts.min,
               param.facts.max,
               ForAll("param_quantizer_calibration", quantize::InfoOf(algorithm).calibration));
    }
    // Equalization changes the weights themselves: no encoding says that.
    if (IsEqualizedBetter()) Add("equalize it with its neighbours", "--algorithms cle", {});
    if (param.channel_axis && !now.per_channel()) {
      Add("one range for each output channel", "--use_per_channel_quantization for all",
          Encoded(Algorithm::kSymmetric, param.channel_axis, bitwidth, true));
    }
    if (bitwidth >= 16) return;
    const int wider = bitwidth < 8 ? 8 : 16;
    Add(fmt::format("store it with {} bits", wider),
        ForAll("weights_bitwidth", std::to_string(wider)),
        Encoded(Algorithm::kTf, now.axis, wider, now.per_channel()));
  }

  bool IsEqualizedBetter() const {
    if (sources_.equalized == nullptr) return false;
    const std::vector<CheckedParam>& params = sources_.equalized_graph->params;
    const auto found = std::ranges::find(params, share_.tensor, &CheckedParam::tensor);
    if (found == params.end()) return false;
    const ParamResult& now = sources_.result.params[*share_.param];
    const ParamResult& then =
        sources_.equalized->params[static_cast<std::size_t>(found - params.begin())];
    return then.facts.sqnr_db() >= now.facts.sqnr_db() + kHelpfulDb &&
           sources_.equalized->measured_db >= sources_.result.measured_db;
  }

  const RemedySources& sources_;
  const NoiseShare& share_;
  std::vector<Remedy> remedies_;
};

Result<std::optional<Remedy>> Cheapest(const RemedySources& sources, const NoiseShare& share,
                                       double before_db) {
  for (Remedy& remedy : Candidates(sources, share).Take()) {
    remedy.text.before_db = before_db;
    remedy.text.after_db = sources.equalized == nullptr ? 0 : sources.equalized->measured_db;
    if (!remedy.encoding) return std::optional(remedy);
    ACC_ASSIGN_OR_RETURN(remedy.text.after_db,
                         sources.measuring.Measure({{share.tensor, *remedy.encoding}}));
    if (remedy.text.after_db >= before_db + kHelpfulDb) return std::optional(remedy);
  }
  return std::optional<Remedy>();
}

std::string RoleOf(const RemedySources& sources, const NoiseShare& share) {
  if (!share.param) {
    const CheckedOperator& maker = sources.graph.maker.at(share.tensor);
    return maker.type == "Input" ? "input of the graph"
                                 : fmt::format("output of {} '{}'", maker.type, maker.name);
  }
  const CheckedParam& param = sources.graph.params[*share.param];
  return fmt::format("{} of {} '{}'", param.is_bias ? "bias" : "weight", param.reader.type,
                     param.reader.name);
}

// How many steps the middle of the data has: few where outliers stretch the range.
std::string WhyOf(const RemedySources& sources, const NoiseShare& share) {
  if (share.param) {
    const CheckedParam& param = sources.graph.params[*share.param];
    const Encoding& encoding = sources.result.params[*share.param].encoding->channels.front();
    const bool per_channel = sources.result.params[*share.param].encoding->per_channel();
    return fmt::format("values from {:.4g} to {:.4g}, standard deviation {:.4g}{}", param.facts.min,
                       param.facts.max, param.facts.deviation(),
                       per_channel
                           ? ""
                           : fmt::format(": {:.1f} steps of {:.4g}",
                                         param.facts.deviation() / encoding.scale, encoding.scale));
  }
  const auto observer = sources.calibrator.ObserverOf(share.tensor);
  if (!observer.ok()) return {};
  const quantize::Observation seen = quantize::ObservationOf(**observer);
  const Encoding& encoding = sources.result.activations.at(share.tensor).channels.front();
  const double rms = std::sqrt(quantize::ValueDensity(*seen.histogram).MeanSquare());
  return fmt::format("values from {:.4g} to {:.4g}, RMS {:.4g}: {:.1f} steps of {:.4g}", seen.min,
                     seen.max, rms, rms / encoding.scale, encoding.scale);
}

}  // namespace

Result<std::vector<Cause>> CausesOf(const RemedySources& sources) {
  std::vector<Cause> causes;
  for (const IsolatedNoise& isolated : sources.isolated) {
    const auto share =
        std::ranges::find(sources.result.shares, isolated.tensor, &NoiseShare::tensor);
    if (share == sources.result.shares.end()) continue;
    Cause cause{.share = *share,
                .text = {.tensor = isolated.tensor,
                         .role = RoleOf(sources, *share),
                         .share = std::min(isolated.part, 1.0),
                         .output_db = isolated.output_db,
                         .sqnr_db = NoiseToDecibels(share->noise),
                         .why = WhyOf(sources, *share),
                         .remedy = std::nullopt},
                .remedy = std::nullopt};
    ACC_ASSIGN_OR_RETURN(auto remedy, Cheapest(sources, *share, isolated.output_db));
    if (remedy) {
      cause.text.remedy = remedy->text;
      cause.remedy = std::move(remedy->encoding);
    }
    causes.push_back(std::move(cause));
  }
  return causes;
}

}  // namespace acc::features

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
constexpr double kLeastShare = 0.02;

// Those whose encodings differ from each other, the plainest first.
constexpr Algorithm kRangeAlgorithms[] = {Algorithm::kTf, Algorithm::kMse, Algorithm::kEnhanced,
                                          Algorithm::kPercentile};

std::string RangeText(const Encoding& encoding) {
  return fmt::format("[{:.4g}, {:.4g}]", encoding.min, encoding.max);
}

class Finder {
 public:
  Finder(const RemedySources& sources, const NoiseShare& share)
      : sources_(sources), share_(share), before_db_(NoiseToDecibels(share.noise)) {}

  std::optional<Remedy> Cheapest() const {
    const auto found = share_.param ? OfParam() : OfActivation();
    const auto helpful = std::ranges::find_if(found, [&](const Remedy& remedy) {
      return remedy.text.after_db >= before_db_ + kHelpfulDb;
    });
    return helpful == found.end() ? std::nullopt : std::optional(*helpful);
  }

 private:
  Remedy Make(std::string what, std::string flag, double after_db,
              std::optional<TensorEncoding> encoding) const {
    return {.text = {.what = std::move(what),
                     .flag = std::move(flag),
                     .before_db = before_db_,
                     .after_db = after_db},
            .encoding = std::move(encoding)};
  }

  std::vector<Remedy> OfActivation() const {
    const auto observer = sources_.calibrator.ObserverOf(share_.tensor);
    if (!observer.ok()) return {};
    const Encoding& now = sources_.result.activations.at(share_.tensor).channels.front();
    std::vector<Remedy> remedies;
    if (const auto best = BestRange(**observer, now)) remedies.push_back(*best);
    if (now.bitwidth < 16) {
      const Encoding wide = quantize::InfoOf(Algorithm::kTf)
                                .encode(quantize::ObservationOf(**observer), {.bitwidth = 16});
      remedies.push_back(Make("store it with 16 bits", "--act_bitwidth 16 for all activations",
                              After(**observer, wide), TensorEncoding{.channels = {wide}}));
    }
    return remedies;
  }

  static double After(const quantize::Observer& observer, const Encoding& encoding) {
    const auto noise = ExpectedNoise(observer, encoding);
    return noise ? NoiseToDecibels(*noise) : std::nan("");
  }

  // Another range of the same bits, the best there is.
  std::optional<Remedy> BestRange(const quantize::Observer& observer, const Encoding& now) const {
    std::optional<Remedy> best;
    for (const Algorithm algorithm : kRangeAlgorithms) {
      const quantize::AlgorithmInfo& info = quantize::InfoOf(algorithm);
      const Encoding encoding =
          info.encode(quantize::ObservationOf(observer), {.bitwidth = now.bitwidth});
      const double after = After(observer, encoding);
      if (best && after <= best->text.after_db) continue;
      const bool clips = encoding.max - encoding.min < now.max - now.min;
      best = Make(fmt::format("{} the range {} instead of {} ({})",
                              clips ? "clip its outliers:" : "widen it to", RangeText(encoding),
                              RangeText(now), info.name),
                  info.calibration.empty()
                      ? ""
                      : fmt::format("--act_quantizer_calibration {} for all", info.calibration),
                  after, TensorEncoding{.channels = {encoding}});
    }
    return best;
  }

  double ParamAfter(const TensorEncoding& encoding) const {
    const CheckedParam& param = sources_.graph.params[*share_.param];
    const Tensor& values = Values();
    const auto facts = inspect::FactsOf(values.values<float>(), values.dims(), encoding, false);
    // The share of a bias is against another signal; the ratio of the noises carries over.
    const double before = sources_.result.params[*share_.param].facts.noise;
    return param.is_bias && facts.noise > 0 && before > 0
               ? before_db_ + 10 * std::log10(before / facts.noise)
               : (param.is_bias ? INFINITY : facts.sqnr_db());
  }

  const Tensor& Values() const {
    return sources_.graph.target.graph.initializers.at(share_.tensor);
  }

  std::vector<Remedy> OfParam() const {
    const CheckedParam& param = sources_.graph.params[*share_.param];
    return param.is_bias ? OfBias() : OfWeight(param);
  }

  std::vector<Remedy> OfBias() const {
    const Encoding& now = sources_.result.params[*share_.param].encoding->channels.front();
    if (now.bitwidth >= 32) return {};
    const TensorEncoding wide =
        quantize::EncodingOfConstant(Values(), std::nullopt, quantize::InfoOf(Algorithm::kTf),
                                     {.bitwidth = 32, .symmetric = true});
    return {
        Make("store the bias with 32 bits", "--bias_bitwidth 32 for all", ParamAfter(wide), wide)};
  }

  std::vector<Remedy> OfWeight(const CheckedParam& param) const {
    const TensorEncoding& now = *sources_.result.params[*share_.param].encoding;
    const int bitwidth = now.channels.front().bitwidth;
    std::vector<Remedy> remedies;
    if (!now.per_channel()) remedies.push_back(OtherWeightRange(now));
    if (const auto equalized = Equalized()) remedies.push_back(*equalized);
    if (param.channel_axis && !now.per_channel()) {
      const TensorEncoding channels = quantize::EncodingOfConstant(
          Values(), param.channel_axis, quantize::InfoOf(Algorithm::kSymmetric),
          {.bitwidth = bitwidth, .symmetric = true});
      remedies.push_back(Make("one range for each output channel",
                              "--use_per_channel_quantization for all", ParamAfter(channels),
                              channels));
    }
    if (bitwidth < 16) {
      const int wider = bitwidth < 8 ? 8 : 16;
      const TensorEncoding wide =
          quantize::EncodingOfConstant(Values(), now.axis, quantize::InfoOf(Algorithm::kTf),
                                       {.bitwidth = wider, .symmetric = now.per_channel()});
      remedies.push_back(Make(fmt::format("store it with {} bits", wider),
                              fmt::format("--weights_bitwidth {} for all", wider), ParamAfter(wide),
                              wide));
    }
    return remedies;
  }

  Remedy OtherWeightRange(const TensorEncoding& now) const {
    const Encoding& range = now.channels.front();
    std::optional<Remedy> best;
    for (const Algorithm algorithm : kRangeAlgorithms) {
      const quantize::AlgorithmInfo& info = quantize::InfoOf(algorithm);
      const TensorEncoding encoding =
          quantize::EncodingOfConstant(Values(), std::nullopt, info, {.bitwidth = range.bitwidth});
      const double after = ParamAfter(encoding);
      if (best && after <= best->text.after_db) continue;
      best = Make(fmt::format("the range {} instead of {} ({})",
                              RangeText(encoding.channels.front()), RangeText(range), info.name),
                  info.calibration.empty()
                      ? ""
                      : fmt::format("--param_quantizer_calibration {} for all", info.calibration),
                  after, encoding);
    }
    return *best;
  }

  // Equalization changes the weights themselves: no encoding says that.
  std::optional<Remedy> Equalized() const {
    if (sources_.equalized == nullptr) return std::nullopt;
    const std::vector<CheckedParam>& params = sources_.equalized_graph->params;
    const auto found = std::ranges::find(params, share_.tensor, &CheckedParam::tensor);
    if (found == params.end()) return std::nullopt;
    const auto index = static_cast<std::size_t>(found - params.begin());
    return Make("equalize it with its neighbours", "--algorithms cle",
                sources_.equalized->params[index].facts.sqnr_db(), std::nullopt);
  }

  const RemedySources& sources_;
  const NoiseShare& share_;
  double before_db_;
};

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

std::vector<Cause> CausesOf(const RemedySources& sources, std::size_t most) {
  double total = 0;
  for (const NoiseShare& share : sources.result.shares) total += share.noise;
  std::vector<Cause> causes;
  for (const NoiseShare& share : sources.result.shares) {
    if (causes.size() == most || !(share.noise >= kLeastShare * total) || share.noise <= 0) break;
    Cause cause{.share = share,
                .text = {.tensor = share.tensor,
                         .role = RoleOf(sources, share),
                         .share = share.noise / total,
                         .sqnr_db = NoiseToDecibels(share.noise),
                         .why = WhyOf(sources, share),
                         .remedy = std::nullopt},
                .remedy = std::nullopt};
    if (auto remedy = Finder(sources, share).Cheapest()) {
      cause.text.remedy = remedy->text;
      cause.remedy = std::move(remedy->encoding);
    }
    causes.push_back(std::move(cause));
  }
  return causes;
}

}  // namespace acc::features

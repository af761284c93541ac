// SPDX-License-Identifier: BSD-3-Clause
// Few elements often stretch a range: one below the widest gap between magnitudes is tried, or one
// of a share of the elements; for a tensor that is clipped, one that holds all. On the chip a run
// of the layer alone tells, in which inputs and constants that reach far beyond get the range too.
#include "features/dissection/range_remedies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "features/dissection/model_variants.h"
#include "quantize/encoding.h"
#include "tensor/codes.h"

namespace acc::features {
namespace {

using store::Cause;

constexpr std::size_t kMostTried = 3;  // On the chip.

struct Candidate {
  Encoding encoding;
  std::string what;
  std::string flag;
};

ErrorOfTensor RoundingError(const Tensor& reference, const Encoding& encoding) {
  const auto values = reference.values<float>();
  return {reference, Tensor::FromFloats(reference.dims(), FakeQuantized(values, reference.dims(),
                                                                        {.channels = {encoding}}))};
}

// Ranges up to some magnitude, each side no further than the tensor's own values.
std::vector<Candidate> CandidatesFor(const Tensor& reference, const Encoding& now) {
  const auto values = reference.values<float>();
  const Magnitudes magnitudes(values);
  double low = 0;
  double high = 0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, double{value});
    high = std::max(high, double{value});
  }
  std::vector<Candidate> candidates;
  const auto add = [&](double least, double most, bool wider) {
    const Encoding encoding = quantize::AsymmetricEncoding(least, most, now.bitwidth);
    if (wider ? encoding.scale <= now.scale : encoding.scale >= now.scale) return;
    candidates.push_back(
        {encoding,
         fmt::format("give it the range {} instead of {}", RangeText(encoding), RangeText(now)),
         "--quantization_overrides"});
  };
  add(low, high, true);
  // A softmax behind it needs masked elements to be 20 below the others, no more.
  constexpr float kMasked = 20;
  std::vector<float> limits;
  if (const auto below = magnitudes.BelowGap()) limits = {*below + kMasked, 2 * *below};
  for (const double share : {0.9999, 0.999, 0.99}) limits.push_back(magnitudes.Quantile(share));
  for (const float limit : limits) {
    add(std::max(low, -double{limit}), std::min(high, double{limit}), false);
  }
  if (now.bitwidth < 16) {
    candidates.push_back({quantize::AsymmetricEncoding(now.min, now.max, 16),
                          "store it with 16 bits", "--act_bitwidth 16 for all"});
  }
  return candidates;
}

// The encodings of the candidate's range for the tensor, and for those inputs of its layer that
// reach far beyond it: what the chip adds or compares is limited by the widest of them.
Result<Encodings> WithInputs(const PartOfCause& part, const std::string& tensor,
                             const Encoding& range) {
  constexpr double kFar = 16;
  Encodings encodings = {{tensor, {.channels = {range}}}};
  const double limit = std::max(std::abs(range.min), std::abs(range.max));
  const auto narrow = [&](const Encodings& all, const std::string& name) {
    const auto found = all.find(name);
    if (found == all.end() || found->second.per_channel() || found->second.is_float) return;
    const Encoding& wide = found->second.channels.front();
    if (std::max(std::abs(wide.min), std::abs(wide.max)) < kFar * limit) return;
    encodings[name] = {.channels = {quantize::AsymmetricEncoding(
                           std::max(wide.min, -limit), std::min(wide.max, limit), wide.bitwidth)}};
  };
  const quantize::QuantizedGraph& quantized = *part.layers.model.quantized;
  for (const std::string& input : InputsOf(part.layers, tensor)) {
    narrow(quantized.activations, input);
  }
  for (const std::string& param : ParamsOf(part.layers.model, part.nodes, false)) {
    narrow(quantized.params, param);
  }
  return encodings;
}

// The output where the target itself makes the layer with these encodings; nothing where that does
// not run, or where the output is not 3 dB better.
Result<std::optional<double>> BetterOutput(const PartOfCause& part, const Cause& cause,
                                           const Encodings& encodings, std::string_view what) {
  const auto error = ErrorOnTarget(part.layers, cause.tensor, encodings);
  if (error.status().code() == StatusCode::kInterrupted) return error.status();
  if (!error.ok()) {
    LogDebug("{}: {}", what, error.status().message());
    return std::optional<double>();
  }
  ACC_ASSIGN_OR_RETURN(const double db, part.output_db(*error));
  LogDebug("{}: {:.1f} dB at the output", what, db);
  return db < part.alone_db + kHelpfulDb ? std::optional<double>() : std::optional(db);
}

// The encodings with which that is so; none where it is not. The remedy is then set.
Result<Encodings> TriedOnTarget(const PartOfCause& part, const Candidate& candidate, Cause& cause) {
  ACC_ASSIGN_OR_RETURN(Encodings encodings, WithInputs(part, cause.tensor, candidate.encoding));
  ACC_ASSIGN_OR_RETURN(const auto db, BetterOutput(part, cause, encodings, candidate.what));
  if (!db) return Encodings();
  std::string what = candidate.what;
  for (const auto& [name, encoding] : encodings) {
    if (name == cause.tensor) continue;
    what += fmt::format(", and its input '{}' {}", Printable(name),
                        RangeText(encoding.channels.front()));
  }
  cause.remedy = {.what = std::move(what), .flag = candidate.flag, .after_db = *db};
  return encodings;
}

// Twice the range of one input: some operators of the chip need a step that is not too small (the
// 16-bit Softmax).
Result<Encodings> TriedWiderInputs(const PartOfCause& part, Cause& cause) {
  const auto& activations = part.layers.model.quantized->activations;
  for (const std::string& input : InputsOf(part.layers, cause.tensor)) {
    const auto found = activations.find(input);
    if (found == activations.end()) continue;
    const Encoding& now = found->second.channels.front();
    const Encoding wide = quantize::AsymmetricEncoding(2 * now.min, 2 * now.max, now.bitwidth);
    const Encodings encodings = {{input, {.channels = {wide}}}};
    std::string what = fmt::format("give its input '{}' the range {} instead of {}",
                                   Printable(input), RangeText(wide), RangeText(now));
    ACC_ASSIGN_OR_RETURN(const auto db, BetterOutput(part, cause, encodings, what));
    if (!db) continue;
    cause.remedy = {.what = std::move(what), .flag = "--quantization_overrides", .after_db = *db};
    return encodings;
  }
  return Encodings();
}

}  // namespace

Magnitudes::Magnitudes(std::span<const float> values) {
  for (const float value : values) {
    if (std::isfinite(value) && value != 0) sorted_.push_back(std::abs(value));
  }
  std::ranges::sort(sorted_);
}

float Magnitudes::Quantile(double share) const {
  if (sorted_.empty()) return 0;
  return sorted_[static_cast<std::size_t>(share * static_cast<double>(sorted_.size() - 1))];
}

std::optional<float> Magnitudes::BelowGap() const {
  constexpr float kGap = 4;
  std::optional<float> below;
  float widest = kGap;
  for (std::size_t i = sorted_.size() / 4; i + 1 < sorted_.size(); ++i) {
    const float ratio = sorted_[i + 1] / sorted_[i];
    if (ratio <= widest) continue;
    widest = ratio;
    below = sorted_[i];
  }
  return below;
}

std::string RangeText(const Encoding& encoding) {
  return fmt::format("[{:.4g}, {:.4g}]", encoding.min, encoding.max);
}

Result<Encodings> MendRounding(const PartOfCause& part, const Encoding& now, Cause& cause) {
  std::size_t tried = 0;
  for (const Candidate& candidate : CandidatesFor(part.reference, now)) {
    ACC_ASSIGN_OR_RETURN(const double db,
                         part.output_db(RoundingError(part.reference, candidate.encoding)));
    if (db < part.alone_db + kHelpfulDb) continue;
    if (part.layers.is_host) {
      cause.remedy = {.what = candidate.what, .flag = candidate.flag, .after_db = db};
      return Encodings{{cause.tensor, {.channels = {candidate.encoding}}}};
    }
    if (tried++ == kMostTried) break;
    ACC_ASSIGN_OR_RETURN(const Encodings encodings, TriedOnTarget(part, candidate, cause));
    if (!encodings.empty()) return encodings;
  }
  return Encodings();
}

Result<Encodings> MendArithmetic(const PartOfCause& part, const Encoding& now, Cause& cause) {
  std::size_t tried = 0;
  for (const Candidate& candidate : CandidatesFor(part.reference, now)) {
    if (tried++ == kMostTried) break;
    ACC_ASSIGN_OR_RETURN(const Encodings encodings, TriedOnTarget(part, candidate, cause));
    if (!encodings.empty()) return encodings;
  }
  return TriedWiderInputs(part, cause);
}

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
#include "verify/verdict.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

namespace acc::verify {
namespace {

bool IsWithin(const Request& request, const Score& score, const PairSums& sums) {
  if (!request.threshold) return true;
  if (sums.disagreeing > 0) return false;
  if (std::isnan(score.value)) return Identical(sums);
  return request.info->higher_is_better ? score.value >= *request.threshold
                                        : score.value <= *request.threshold;
}

std::string NonFiniteReason(const PairSums& sums) {
  return fmt::format(
      "golden holds {} NaN and {} infinite values, target {} NaN and {} infinite; they disagree "
      "first at element {}",
      sums.golden_nan, sums.golden_inf, sums.target_nan, sums.target_inf, sums.first_disagreement);
}

std::string ThresholdReason(const Request& request, const Score& score) {
  if (std::isnan(score.value)) {
    return fmt::format("{} has no score for its threshold: {}", request.info->name, score.note);
  }
  return fmt::format("{} is {:.6g}, {} the threshold {:.6g}", request.info->name, score.value,
                     request.info->higher_is_better ? "below" : "above", *request.threshold);
}

// Why agreement proves little; empty where it proves something. A single number other than zero
// does.
std::string SuspicionReason(const PairSums& sums) {
  if (sums.count == 0) return "the tensors have no elements";
  if (sums.finite == 0) return "no element is finite on both sides";
  if (sums.both_nan > 0) {
    return fmt::format(
        "{} element{} NaN on both sides, first element {}: golden itself has no answer there",
        sums.both_nan, sums.both_nan == 1 ? " is" : "s are", sums.first_both_nan);
  }
  if (sums.golden_square == 0) return "golden is all zero";
  if (sums.finite == 1) return {};
  if (sums.golden_min == sums.golden_max) {
    return fmt::format("golden is constant ({:.6g})", sums.golden_min);
  }
  if (sums.target_min == sums.target_max) {
    return fmt::format("target is constant ({:.6g}) where golden is not", sums.target_min);
  }
  return {};
}

// Whether a pair matches where the user set no threshold.
bool MatchesUnasked(const Comparison& comparison) {
  return comparison.discrete ? Identical(comparison.sums) : SqnrDb(comparison.sums) >= kFaithfulDb;
}

std::string AgreementText(const PairSums& sums) {
  return fmt::format("{} of {} integers are equal", sums.equal, sums.count);
}

}  // namespace

std::string_view Name(Verdict verdict) {
  constexpr std::array<std::string_view, 6> kNames = {"match",      "mismatch",       "suspicious",
                                                      "not finite", "shape mismatch", "not judged"};
  return kNames[static_cast<std::size_t>(verdict)];
}

bool Identical(const PairSums& sums) { return sums.equal == sums.count && sums.both_nan == 0; }

double Agreement(const PairSums& sums) {
  return sums.count == 0 ? std::numeric_limits<double>::quiet_NaN()
                         : static_cast<double>(sums.equal) / static_cast<double>(sums.count);
}

double EncodingRange(double min, double max) { return std::max(max, 0.0) - std::min(min, 0.0); }

void Judge(std::span<const Request> requests, Comparison& comparison) {
  const PairSums& sums = comparison.sums;
  bool has_threshold = false;
  comparison.verdict = Verdict::kMatch;
  comparison.reason.clear();
  comparison.within_threshold.clear();
  for (std::size_t index = 0; index < requests.size(); ++index) {
    const Score& score = comparison.scores[index];
    const bool within = IsWithin(requests[index], score, sums);
    has_threshold = has_threshold || requests[index].threshold.has_value();
    comparison.within_threshold.push_back(within);
    if (!within && comparison.verdict == Verdict::kMatch) {
      comparison.verdict = Verdict::kMismatch;
      comparison.reason = ThresholdReason(requests[index], score);
    }
  }
  if (sums.disagreeing > 0) {
    comparison.verdict = Verdict::kNotFinite;
    comparison.reason = NonFiniteReason(sums);
  } else if (comparison.verdict == Verdict::kMatch) {
    comparison.reason = SuspicionReason(sums);
    if (!comparison.reason.empty()) {
      comparison.verdict = Verdict::kSuspicious;
    } else if (!has_threshold && !MatchesUnasked(comparison)) {
      comparison.verdict = Verdict::kNotJudged;
      if (comparison.discrete) comparison.reason = AgreementText(sums);
    }
  }
}

Comparison ShapeMismatch(std::span<const Request> requests, std::string reason) {
  Comparison comparison;
  for (const Request& request : requests) {
    comparison.scores.push_back({std::numeric_limits<double>::quiet_NaN(), reason});
    comparison.within_threshold.push_back(!request.threshold.has_value());
  }
  comparison.verdict = Verdict::kShapeMismatch;
  comparison.reason = std::move(reason);
  return comparison;
}

}  // namespace acc::verify

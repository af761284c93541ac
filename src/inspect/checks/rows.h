// SPDX-License-Identifier: BSD-3-Clause
// The rows of the table in checks.cc, and what their functions share; these are in the files of
// this folder.
#pragma once

#include "inspect/checks/checks.h"

namespace acc::inspect {

CheckResult JudgeMinMax(const CheckSubject& subject, const CheckThreshold& threshold);
CheckResult JudgeMaxDiff(const CheckSubject& subject, const CheckThreshold& threshold);
CheckResult JudgeSqnr(const CheckSubject& subject, const CheckThreshold& threshold);
CheckResult JudgeStats(const CheckSubject& subject, const CheckThreshold& threshold);
CheckResult JudgeDataRange(const CheckSubject& subject, const CheckThreshold& threshold);
CheckResult JudgeDataDistribution(const CheckSubject& subject, const CheckThreshold& threshold);

inline constexpr CheckInfo kMinMax = {
    .name = "minmax",
    .summary = "How far quantization moves the ends of the range.",
    .formula = "min: |min(x) - min(q(x))|, max: |max(x) - max(q(x))|",
    .passes_if = "both are at most the threshold",
    .unit = "the tensor's own; with % percent of max(x) - min(x)",
    .knows_percent = true,
    .judge = &JudgeMinMax};

inline constexpr CheckInfo kMaxDiff = {
    .name = "maxdiff",
    .summary = "The largest error of an element.",
    .formula = "max |x - q(x)|",
    .passes_if = "it is at most the threshold",
    .unit = "the tensor's own; with % percent of max(x) - min(x)",
    .knows_percent = true,
    .needs = {.elements = true},
    .judge = &JudgeMaxDiff};

inline constexpr CheckInfo kSqnr = {.name = "sqnr",
                                    .summary = "How much larger the signal is than the error.",
                                    .formula = "10*log10(sum x^2 / sum (x - q(x))^2)",
                                    .passes_if = "it is at least the threshold",
                                    .unit = "dB",
                                    .needs = {.elements = true},
                                    .judge = &JudgeSqnr};

inline constexpr CheckInfo kStats = {
    .name = "stats",
    .summary = "Statistics of the data; a large skew asks for an asymmetric encoding.",
    .formula =
        "skew: m3 / m2^1.5 with the central moments m; min, max, median, variance (m2), "
        "stdDev, mode (the smallest of the most frequent values)",
    .passes_if = "|skew| is at most the threshold",
    .unit = "none",
    .judges_inputs = true,
    .needs = {.moments = true, .order = true},
    .judge = &JudgeStats};

inline constexpr CheckInfo kDataRangeAnalyzer = {
    .name = "data_range_analyzer",
    .summary = "Whether the bitwidth can express the range in steps that suit the data.",
    .formula =
        "unique dec places: d = -floor(log10(stdDev)), the decimal place of the standard "
        "deviation's first digit (negative for tens and above); data range: max(x) - min(x); of "
        "activations and inputs also swallowed: the share of the elements other than zero that lie "
        "within half a step of zero, where a step is the range (with zero) / (2^bitwidth - 1)",
    .passes_if =
        "(max(x) - min(x)) * 10^d is at most 2^bitwidth - 1, and at most half is swallowed",
    .unit = "",
    .needs_threshold = false,
    .judges_inputs = true,
    .needs = {.swallowed = true},
    .judge = &JudgeDataRange};

inline constexpr CheckInfo kDataDistributionAnalyzer = {
    .name = "data_distribution_analyzer",
    .summary = "Whether many different values fall on the same codes.",
    .formula =
        "1 - H / log2(min(n, 2^bitwidth)), where H is the entropy of the codes in bits and "
        "n the number of different values (counted up to 2^16): 0 where the values spread "
        "evenly over the codes, 1 where all of them fall on one",
    .passes_if = "it is at most the threshold",
    .unit = "a share, 0 to 1",
    .needs = {.elements = true, .entropy = true, .distinct = true},
    .judge = &JudgeDataDistribution};

// A threshold in the tensor's own unit.
inline double BoundOf(const CheckThreshold& threshold, const ValueFacts& values) {
  constexpr double kPercent = 100;
  return threshold.percent ? threshold.value / kPercent * (values.max - values.min)
                           : threshold.value;
}

}  // namespace acc::inspect

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>

#include "inspect/checks/rows.h"

namespace acc::inspect {

CheckResult JudgeStats(const CheckSubject& subject, const CheckThreshold& threshold) {
  const ValueFacts& facts = subject.values;
  return {.passes = std::abs(facts.skew) <= threshold.value,
          .difference = fmt::format(
              "skew: {:.6g} min: {:.6g} max: {:.6g} median: {:.6g} variance: {:.6g} stdDev: "
              "{:.6g} mode: {:.6g}",
              facts.skew, facts.min, facts.max, facts.median, facts.variance, facts.deviation(),
              facts.mode)};
}

}  // namespace acc::inspect

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>

#include "inspect/checks/rows.h"

namespace acc::inspect {

CheckResult JudgeMinMax(const CheckSubject& subject, const CheckThreshold& threshold) {
  const double min = std::abs(subject.values.min - subject.quantized->min);
  const double max = std::abs(subject.values.max - subject.quantized->max);
  const double bound = BoundOf(threshold, subject.values);
  return {.passes = min <= bound && max <= bound,
          .difference = fmt::format("min: {:.6g} max: {:.6g}", min, max),
          .log_difference = fmt::format("minabs_diff: {:.6g} maxabs_diff: {:.6g}", min, max)};
}

}  // namespace acc::inspect

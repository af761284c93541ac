// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "inspect/checks/rows.h"

namespace acc::inspect {

CheckResult JudgeMaxDiff(const CheckSubject& subject, const CheckThreshold& threshold) {
  const double difference = subject.quantized->max_difference;
  return {.passes = difference <= BoundOf(threshold, subject.values),
          .difference = fmt::format("{:.6g}", difference)};
}

}  // namespace acc::inspect

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "inspect/checks/rows.h"

namespace acc::inspect {

CheckResult JudgeSqnr(const CheckSubject& subject, const CheckThreshold& threshold) {
  const double sqnr = subject.quantized->sqnr_db();
  return {.passes = sqnr >= threshold.value, .difference = fmt::format("{:.6g}", sqnr)};
}

}  // namespace acc::inspect

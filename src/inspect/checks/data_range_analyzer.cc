// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>

#include "inspect/checks/rows.h"

namespace acc::inspect {

CheckResult JudgeDataRange(const CheckSubject& subject, const CheckThreshold& /*threshold*/) {
  const ValueFacts& facts = subject.values;
  const double range = facts.max - facts.min;
  const double deviation = facts.deviation();
  const int places = deviation > 0 ? -static_cast<int>(std::floor(std::log10(deviation))) : 0;
  const double levels = range * std::pow(10.0, places);
  return {.passes = levels <= std::exp2(subject.bitwidth) - 1,
          .difference = fmt::format("unique dec places: {} data range: {:.6g}", places, range),
          .log_difference = {}};
}

}  // namespace acc::inspect

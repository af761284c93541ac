// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "inspect/checks/rows.h"

namespace acc::inspect {

CheckResult JudgeDataRange(const CheckSubject& subject, const CheckThreshold& /*threshold*/) {
  const ValueFacts& facts = subject.values;
  const double range = facts.max - facts.min;
  const double deviation = facts.deviation();
  const int places = deviation > 0 ? -static_cast<int>(std::floor(std::log10(deviation))) : 0;
  const double levels = range * std::pow(10.0, places);
  CheckResult result{
      .passes = levels <= std::exp2(subject.bitwidth) - 1,
      .difference = fmt::format("unique dec places: {} data range: {:.6g}", places, range)};
  // A mask or an outlier makes the deviation as large as the range: the values beside it tell.
  constexpr double kMostSwallowed = 0.5;
  if (facts.swallowed > kMostSwallowed) {
    const double whole = std::max(facts.max, 0.0) - std::min(facts.min, 0.0);
    result.passes = false;
    result.difference +=
        fmt::format("; a step of {:.4g} swallows {:.0f} % of the elements other than zero",
                    whole / (std::exp2(subject.bitwidth) - 1), facts.swallowed * 100);
  }
  return result;
}

}  // namespace acc::inspect

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "inspect/checks/rows.h"

namespace acc::inspect {

CheckResult JudgeDataDistribution(const CheckSubject& subject, const CheckThreshold& threshold) {
  const auto distinct = static_cast<double>(subject.values.distinct);
  const double most = std::log2(std::min(distinct, std::exp2(subject.bitwidth)));
  // One value alone cannot be told apart worse than before.
  const double share = most > 0 ? 1 - subject.quantized->code_entropy / most : 0;
  return {.passes = share <= threshold.value,
          .difference = fmt::format("Distribution of pixels above threshold: {:.6g}", share)};
}

}  // namespace acc::inspect

// SPDX-License-Identifier: BSD-3-Clause
// Whether the step of an encoding leaves anything of the values that it holds.
//
// SQNR does not tell: a few huge elements (an attention mask of -10000, one outlier) carry all of
// the signal and hide that every other element fell onto the code of zero.
#pragma once

#include <cstdint>

#include "inspect/statistics.h"

namespace acc::inspect {

// Counts of golden's finite elements and of the target's codes; a large element counts as any
// other.
struct CodeUse {
  double step = 0;
  std::uint64_t nonzero = 0;    // Golden elements that are not zero.
  std::uint64_t vanishing = 0;  // Those with |x| < step / 2, which the step rounds to zero.
  // 2^H with the entropy H = -sum p*log2(p) of the target's values other than zero and of those
  // that vanish, as one: from 1 (all on one code) up to the number of codes. Zeros that golden has
  // as well are left out, since they lose nothing. NaN without such a value, and where the
  // histogram's bins are wider than a code.
  double effective_codes = kNan;

  // vanishing / nonzero, 0 to 1; NaN where golden is all zero.
  double vanishing_share() const {
    return nonzero == 0 ? kNan : static_cast<double>(vanishing) / static_cast<double>(nonzero);
  }
};

// From the statistics of a pass that was given the same `step`, which is above zero.
CodeUse CodeUseOf(const PairStatistics& statistics, double step);

}  // namespace acc::inspect

// SPDX-License-Identifier: BSD-3-Clause
// The answers to all pairs as what the reports show.
#pragma once

#include <span>

#include "base/status.h"
#include "features/comparison/pair_work.h"
#include "features/comparison/sources.h"
#include "report/summary.h"
#include "verify/comparison.h"

namespace acc::features {

// `results` has one for each pair. Pairs that cannot be compared (an unreadable file) are listed as
// unmatched, with the reason. Fails where none could be; with an inspector, which has words of its
// own for it, pairs of other sizes count as compared.
Result<report::Summary> SummaryOf(const VerificationSources& sources,
                                  std::span<const PairWork> pairs,
                                  std::span<const Result<verify::Comparison>> results,
                                  bool inspects);

}  // namespace acc::features

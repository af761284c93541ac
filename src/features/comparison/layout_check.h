// SPDX-License-Identifier: BSD-3-Clause
// Finds pairs that were compared in the wrong axis order, by comparing them in the other ones.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "match/match.h"
#include "tensor/layout.h"
#include "verify/comparison.h"

namespace acc::features {

struct LayoutDoubt {
  Permutation golden_to_target;  // Under which the two agree; empty for the files as they are.
  double cosine = 0;             // Under it.
  double cosine_compared = 0;    // Under the permutation that was used.
};

// One for each pair; nothing where the comparison stands. A pair is tried again, in a second pass
// over its files, where its cosine is below 0.9, it has 16 elements or more and one side's dims are
// known: as it is, channel-first to channel-last, and back. An order is held against the one that
// was used where its cosine is above 0.9 and ten times nearer to 1.
std::vector<std::optional<LayoutDoubt>> DoubtLayouts(
    std::span<const match::Pair> pairs, std::span<const verify::PairJob> jobs,
    std::span<const Result<verify::Comparison>> results);

// One sentence for the reports.
std::string ToText(const LayoutDoubt& doubt);

}  // namespace acc::features

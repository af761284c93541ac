// SPDX-License-Identifier: BSD-3-Clause
// Statistics of few elements tell the elements: the smallest and the largest of one are itself.
#pragma once

#include <cstdint>

#include "report/summary.h"

namespace acc::report {

// Of fewer elements than this, a shared bundle has no statistics.
inline constexpr std::uint64_t kSmallestGroup = 16;

// Takes out of the summary what tells the elements of a group of fewer than kSmallestGroup.
//
// A tensor with fewer finite elements keeps its verdict, its counts and the scores that do not
// depend on its scale (SQNR, CosineSimilarity, shares). Its minimum, maximum, sums, encoding,
// distribution and other scores go, as do the numbers in its remarks; its reason says so.
// ScaledDiff, which divides by the ranges of what a node reads, goes where one of these is such a
// tensor. Channels go together where one may have fewer elements. Histograms keep as many elements
// in a bin, on the average: neighbours are joined.
void WithholdSmallGroups(Summary& summary);

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
// Two histograms beside each other: on common bins, and as shares below a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tensor/histogram.h"

namespace acc::inspect {

// Two histograms on common bins, for display: bin i holds edges[i] <= value < edges[i+1].
struct CommonBins {
  std::vector<double> edges;  // One more than bins; empty where both histograms are.
  double low = 0;             // The first edge.
  double width = 0;           // Of each bin; with `steps`, up to the rounding of its edges.
  int steps = 0;              // How many quantization steps a bin is wide; 0 where it follows none.
  std::vector<std::uint64_t> golden;
  std::vector<std::uint64_t> target;
};

// At most `most` bins, each a whole number of the histograms' own, so that the counts stay exact.
//
// A target whose values are multiples of `step` would draw a comb on bins that hold now one of
// them, now two. With a step above zero bins are so many whole steps wide, and their edges lie
// midway between two multiples, moved to the nearest edge of the histograms' bins. A step below
// four of these bins cannot be followed, and is not.
CommonBins BinTogether(const Histogram& golden, const Histogram& target, std::size_t most,
                       double step = 0);

// The shares of the elements that lie below `x`, exact at every x.
struct CdfPoint {
  double x = 0;
  double golden = 0;  // NaN for a histogram without elements.
  double target = 0;
};

// Edges of common bins, at most about 3*`resolution`: a point wherever x moved by 1/resolution of
// the range or a share by 1/resolution. The first has shares 0, the last 1.
std::vector<CdfPoint> CumulativeShares(const Histogram& golden, const Histogram& target,
                                       std::size_t resolution);

}  // namespace acc::inspect

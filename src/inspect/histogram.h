// SPDX-License-Identifier: BSD-3-Clause
// Exact equal-width histograms whose range need not be known before the values are seen.
//
// Bins are 2^exponent wide and start at multiples of their width, so two bins of one width are
// exactly one bin of the next. The exponent is the smallest that covers the values with at most
// kMostBins bins and numbers them within 30 bits. It follows from the smallest and the largest
// value alone, hence the same values give the same histogram in any order and any division.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace acc::inspect {

class Histogram {
 public:
  static constexpr std::size_t kMostBins = 4096;

  Histogram() = default;

  // `values` are finite and lie between `min` and `max`, which are two of them.
  Histogram(std::span<const float> values, float min, float max);

  void Merge(const Histogram& other);

  // The same elements in bins as wide as those that hold values from `min` to `max` as well.
  Histogram Widened(float min, float max) const;

  bool empty() const { return counts_.empty(); }
  float min() const { return min_; }  // Of the values; 0 where there are none.
  float max() const { return max_; }
  double width() const;
  double low() const;  // Where the first bin starts.

  // Bin i starts at (first() + i) * width() and does not hold its upper edge.
  std::int64_t first() const { return first_; }
  std::span<const std::uint64_t> counts() const { return counts_; }

 private:
  void Rescale(int exponent);

  int exponent_ = 0;
  std::int64_t first_ = 0;
  float min_ = 0;
  float max_ = 0;
  std::vector<std::uint64_t> counts_;  // The first and the last are not zero.
};

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

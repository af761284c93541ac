// SPDX-License-Identifier: BSD-3-Clause
// An exact equal-width histogram of values whose range need not be known before they are seen.
//
// Bins are 2^exponent wide and start at multiples of their width, so two bins of one width are
// exactly one bin of the next. The exponent is the smallest that covers the values with at most
// most_bins() bins; it follows from the smallest and the largest value alone. Hence the same values
// give the same histogram in any order and any division.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace acc {

// Not thread-safe.
class Histogram {
 public:
  static constexpr std::size_t kUsualBins = 4096;

  // 2 or more; as values with and without a sign do not share a bin, fewer cannot hold them.
  explicit Histogram(std::size_t most_bins) : most_bins_(most_bins) {}
  Histogram() = default;

  // `values` are finite.
  void Add(std::span<const float> values);
  // The same where it is known that the values lie between `min` and `max`, two of them.
  void Add(std::span<const float> values, float min, float max);

  // Both have the same most_bins().
  void Merge(const Histogram& other);

  // The same elements in bins as wide as those that hold values from `min` to `max` as well.
  Histogram Widened(float min, float max) const;

  bool empty() const { return total_ == 0; }
  std::uint64_t total() const { return total_; }
  std::uint64_t zeros() const { return zeros_; }  // How many of the values are zero.
  float min() const { return min_; }              // Of the values; 0 where there are none.
  float max() const { return max_; }
  std::size_t most_bins() const { return most_bins_; }

  double width() const;  // Of a bin.
  // Bin i holds (first() + i) * width() <= value < (first() + i + 1) * width(). The smallest value
  // is in the first bin, the largest in the last.
  std::int64_t first() const { return first_; }
  std::span<const std::uint64_t> counts() const { return counts_; }

 private:
  // Makes room for values between `min` and `max`.
  void Cover(float min, float max);
  void Rescale(int exponent);
  void Extend(std::int64_t first, std::int64_t last);

  std::size_t most_bins_ = kUsualBins;
  int exponent_ = 0;
  std::int64_t first_ = 0;
  float min_ = 0;
  float max_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t zeros_ = 0;
  std::vector<std::uint64_t> counts_;
};

}  // namespace acc

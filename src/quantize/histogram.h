// SPDX-License-Identifier: BSD-3-Clause
// How often values fall into equal bins of a known range.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace acc::quantize {

// Counts are integers, so the result does not depend on the order of calls. Not thread-safe.
class Histogram {
 public:
  static constexpr std::size_t kBins = 512;  // As in AIMET (FACTS 4.6).

  // Over [min, max]. A range without width gets one.
  Histogram(double min, double max);

  // Values outside the range count in the first or last bin; those that are not finite do not
  // count.
  void Add(std::span<const float> values);

  double min() const { return min_; }
  double max() const { return min_ + width_ * static_cast<double>(kBins); }
  // The middle of a bin.
  double Center(std::size_t bin) const { return min_ + width_ * (static_cast<double>(bin) + 0.5); }
  std::uint64_t Count(std::size_t bin) const { return counts_[bin]; }
  std::uint64_t total() const { return total_; }

 private:
  double min_;
  double width_;  // Of a bin.
  std::uint64_t total_ = 0;
  std::array<std::uint64_t, kBins> counts_{};
};

}  // namespace acc::quantize

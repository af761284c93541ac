// SPDX-License-Identifier: BSD-3-Clause
// What one pass over a pair of tensors finds out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "inspect/common_bins.h"
#include "tensor/shape.h"

namespace acc::inspect {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Count, mean and sum of squared distances from the mean, which keeps its digits where the mean is
// large against the spread.
struct Moments {
  std::uint64_t count = 0;
  double mean = 0;
  double squares = 0;

  void Merge(const Moments& later);
  double variance() const;         // Of the elements themselves (divided by count); NaN without.
  double sample_variance() const;  // Divided by count-1; NaN below two elements.
};

// One side of the pair. Values that are NaN or infinite are counted and take no further part.
struct SideStatistics {
  std::uint64_t count = 0;
  std::uint64_t nan = 0;
  std::uint64_t inf = 0;
  std::uint64_t zeros = 0;
  double min = kNan;  // NaN without a finite element, as max.
  double max = kNan;
  Moments moments;
  std::uint64_t below = 0;  // Of the range that was asked for.
  std::uint64_t above = 0;
  // Not zero, and nearer to zero than half the step that was asked for: rounding makes them zero.
  std::uint64_t vanishing = 0;
  Histogram histogram;

  std::uint64_t finite() const { return count - nan - inf; }
  double mean() const { return moments.count == 0 ? kNan : moments.mean; }
};

// target - golden over the elements that are finite on both sides.
struct DifferenceStatistics {
  Moments moments;
  double min = kNan;
  double max = kNan;
  double square_sum = 0;

  double mean() const { return moments.count == 0 ? kNan : moments.mean; }
  double rms() const;
  void Merge(const DifferenceStatistics& later);
};

// Sums over the elements of one channel that are finite on both sides.
struct ChannelStatistics {
  std::uint64_t count = 0;
  float golden_min = std::numeric_limits<float>::infinity();  // Above max without an element.
  float golden_max = -std::numeric_limits<float>::infinity();
  float target_min = std::numeric_limits<float>::infinity();
  float target_max = -std::numeric_limits<float>::infinity();
  double golden_sum = 0;
  double target_sum = 0;
  double signal = 0;  // Sum of golden^2.
  double noise = 0;   // Sum of (target-golden)^2.

  void Merge(const ChannelStatistics& later);
  // 10*log10(signal/noise); infinite where there is no noise, NaN where there is no signal either.
  double sqnr_db() const;
};

struct SeriesElement {
  std::uint64_t index = 0;  // In the target's order.
  float golden = 0;
  float target = 0;

  bool operator==(const SeriesElement&) const = default;
};

struct PairStatistics {
  SideStatistics golden;
  SideStatistics target;
  DifferenceStatistics difference;
  // Empty where no channel axis is known or there are more than kMostChannels.
  std::vector<ChannelStatistics> channels;
  // Elements that are finite on both sides, by index: all of them where series_step is 1; otherwise
  // of each stretch of series_step elements those with the smallest and the largest golden value,
  // target value and difference, the first among equals.
  std::vector<SeriesElement> series;
  std::uint64_t series_step = 1;
};

inline constexpr std::size_t kMostChannels = 1 << 16;

// Channels with noise, those with the most of it first, the lower number among equals; at most
// `most`.
std::vector<std::size_t> WorstChannels(const std::vector<ChannelStatistics>& channels,
                                       std::size_t most);

// The axis that counts channels: axis 1 of a channel-first tensor, the last of a channel-last one.
// Nothing below two axes.
std::optional<int> ChannelAxis(const Shape& dims, bool channel_last);

}  // namespace acc::inspect

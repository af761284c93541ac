// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/decibels.h"

namespace acc::inspect {

void Moments::Merge(const Moments& later) {
  if (later.count == 0) return;
  if (count == 0) {
    *this = later;
    return;
  }
  const auto mine = static_cast<double>(count);
  const auto others = static_cast<double>(later.count);
  const double delta = later.mean - mean;
  mean += delta * (others / (mine + others));
  squares += later.squares + delta * delta * (mine * others / (mine + others));
  count += later.count;
}

double Moments::variance() const {
  return count == 0 ? kNan : squares / static_cast<double>(count);
}

double Moments::sample_variance() const {
  return count < 2 ? kNan : squares / static_cast<double>(count - 1);
}

void DifferenceStatistics::Merge(const DifferenceStatistics& later) {
  moments.Merge(later.moments);
  min = std::fmin(min, later.min);
  max = std::fmax(max, later.max);
  square_sum += later.square_sum;
}

double DifferenceStatistics::rms() const {
  return moments.count == 0 ? kNan : std::sqrt(square_sum / static_cast<double>(moments.count));
}

void ChannelStatistics::Merge(const ChannelStatistics& later) {
  count += later.count;
  golden_min = std::min(golden_min, later.golden_min);
  golden_max = std::max(golden_max, later.golden_max);
  target_min = std::min(target_min, later.target_min);
  target_max = std::max(target_max, later.target_max);
  golden_sum += later.golden_sum;
  target_sum += later.target_sum;
  signal += later.signal;
  noise += later.noise;
}

double ChannelStatistics::sqnr_db() const { return Decibels(signal, noise); }

std::vector<std::size_t> WorstChannels(const std::vector<ChannelStatistics>& channels,
                                       std::size_t most) {
  std::vector<std::size_t> order(channels.size());
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(order, [&](std::size_t channel) { return channels[channel].noise == 0; });
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return channels[a].noise > channels[b].noise;
  });
  order.resize(std::min(most, order.size()));
  return order;
}

std::optional<int> ChannelAxis(const Shape& dims, bool channel_last) {
  if (dims.size() < 2) return std::nullopt;
  return channel_last ? static_cast<int>(dims.size()) - 1 : 1;
}

}  // namespace acc::inspect

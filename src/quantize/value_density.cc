// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/value_density.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/codes.h"
#include "tensor/decibels.h"
#include "tensor/grid.h"

namespace acc::quantize {
namespace {

// An encoding's grid, and what an error beyond its ends weighs.
struct WeightedGrid {
  Grid grid;
  double per_scale;
  double clipping_weight;

  WeightedGrid(const Encoding& encoding, double weight)
      : grid(GridOf(encoding)), per_scale(1 / encoding.scale), clipping_weight(weight) {}

  double WeightAt(double steps) const {
    return steps < grid.lowest || steps > grid.highest ? clipping_weight : 1;
  }

  double SquaredError(double value) const {
    const double steps = value * per_scale;
    const double error = value - grid.scale * grid.Nearest(steps);
    return WeightAt(steps) * error * error;
  }

  // The integral of SquaredError from 0 to `value`: scale^3 / 12 for each whole step, and what is
  // left from the nearest code on.
  double Integral(double value) const {
    const double steps = value * per_scale;
    const double scale = grid.scale;
    const double nearest = grid.Nearest(steps);
    const double rest = value - scale * nearest;
    return nearest * scale * scale * scale / 12 + WeightAt(steps) * rest * rest * rest / 3;
  }
};

}  // namespace

ValueDensity::ValueDensity(const Histogram& histogram, std::span<const float> values)
    : histogram_(histogram) {
  if (values.empty()) {
    TakeBins();
  } else {
    TakeValues(values);
  }
}

void ValueDensity::TakeValues(std::span<const float> values) {
  // Sums must not depend on the order in which the values were seen.
  std::vector<float> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  for (const float value : sorted) {
    if (value == 0) continue;
    if (points_.empty() || points_.back().low != value) points_.push_back({value, value, 0});
    ++points_.back().count;
  }
  slices_ = points_;
}

void ValueDensity::TakeBins() {
  const Histogram& histogram = histogram_;
  double density = 0;
  double end = 0;
  for (std::size_t bin = 0; bin < histogram.counts().size(); ++bin) {
    const std::int64_t number = histogram.first() + static_cast<std::int64_t>(bin);
    const std::uint64_t zeros = number == 0 ? histogram.zeros() : 0;
    const auto count = static_cast<double>(histogram.counts()[bin] - zeros);
    if (count == 0) continue;
    const double edge = static_cast<double>(number) * histogram.width();
    const Slice slice{.low = std::max<double>(edge, histogram.min()),
                      .high = std::min<double>(edge + histogram.width(), histogram.max()),
                      .count = count};
    slices_.push_back(slice);
    if (slice.low >= slice.high) {
      points_.push_back(slice);
      continue;
    }
    const auto change = [&](double where, double next) {
      if (next == density) return;
      edges_.push_back(where);
      falls_.push_back(density - next);
      density = next;
    };
    if (slice.low > end) change(end, 0);
    change(slice.low, count / (slice.high - slice.low));
    end = slice.high;
  }
  if (density != 0) {
    edges_.push_back(end);
    falls_.push_back(density);
  }
}

double ValueDensity::MeanSquaredError(const Encoding& encoding, double clipping_weight) const {
  if (histogram_.empty()) return 0;
  const WeightedGrid grid(encoding, clipping_weight);
  // Sums in lanes, which compilers vectorize, and in the same order everywhere.
  constexpr std::size_t kLanes = 4;
  double lanes[kLanes] = {};
  const std::size_t whole = edges_.size() - edges_.size() % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += falls_[i + lane] * grid.Integral(edges_[i + lane]);
    }
  }
  double sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
  for (std::size_t i = whole; i < edges_.size(); ++i) sum += falls_[i] * grid.Integral(edges_[i]);
  for (const Slice& point : points_) sum += point.count * grid.SquaredError(point.low);
  return std::max(sum, 0.0) / static_cast<double>(histogram_.total());
}

double ValueDensity::MeanSquare() const {
  if (histogram_.empty()) return 0;
  double sum = 0;
  for (const auto& [low, high, count] : slices_) {
    sum += count * (low * low + low * high + high * high) / 3;
  }
  return sum / static_cast<double>(histogram_.total());
}

double ValueDensity::ValueAt(std::uint64_t rank) const {
  if (rank == 0) return histogram_.min();
  if (rank + 1 >= histogram_.total()) return histogram_.max();
  auto left = static_cast<double>(rank);
  auto zeros = static_cast<double>(histogram_.zeros());
  for (const auto& [low, high, count] : slices_) {
    if (low >= 0 && zeros > 0) {
      if (left < zeros) return 0;
      left -= zeros;
      zeros = 0;
    }
    if (left < count) return low + (high - low) * (left + 0.5) / count;
    left -= count;
  }
  return zeros > 0 ? 0 : histogram_.max();
}

}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
// Each block is small enough to stay in the cache, so that its mean is taken first and the squared
// distances from it second, without the cancellation of sums of squares; blocks and chunks are
// merged pairwise (Chan, Golub, LeVeque: Updating Formulae and a Pairwise Algorithm for Computing
// Sample Variances, 1979). Sums run in eight lanes that are added in one order, so that compilers
// may use vectors and the result is the same on every processor.
#include "inspect/chunk_statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace acc::inspect {
namespace {

constexpr std::size_t kBlock = 4096;  // Both sides stay in the first-level cache.
constexpr std::size_t kLanes = 8;     // Sums are taken in lanes, in the same order everywhere.
constexpr std::uint32_t kExponentBits = 0x7F800000;

bool IsFinite(float value) {
  return (std::bit_cast<std::uint32_t>(value) & kExponentBits) != kExponentBits;
}

bool AllFinite(std::span<const float> values) {
  std::uint32_t bad = 0;
  for (const float value : values) bad |= IsFinite(value) ? 0U : 1U;
  return bad == 0;
}

// The finite elements of one side, moved together.
std::vector<float> KeepFinite(std::span<const float> values, SideStatistics& side) {
  std::vector<float> kept;
  kept.reserve(values.size());
  for (const float value : values) {
    side.nan += std::isnan(value) ? 1 : 0;
    side.inf += std::isinf(value) ? 1 : 0;
    if (IsFinite(value)) kept.push_back(value);
  }
  return kept;
}

double Sum(const double (&lanes)[kLanes]) {
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
         ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

// Calls add(lane, index) for every index below `count`; index belongs to lane index % kLanes.
template <typename Add>
[[gnu::always_inline]] inline void ForEachLane(std::size_t count, const Add& add) {
  const std::size_t whole = count - count % kLanes;
  for (std::size_t index = 0; index < whole; index += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) add(lane, index + lane);
  }
  for (std::size_t index = whole; index < count; ++index) add(index - whole, index);
}

// Mean first, distances from it second: the block is still in the cache.
template <typename ValueAt>
[[gnu::always_inline]] inline Moments MomentsOf(std::size_t count, const ValueAt& value) {
  double sums[kLanes] = {};
  ForEachLane(count, [&](std::size_t lane, std::size_t i) { sums[lane] += value(i); });
  Moments moments;
  moments.count = count;
  moments.mean = Sum(sums) / static_cast<double>(count);
  double squares[kLanes] = {};
  ForEachLane(count, [&](std::size_t lane, std::size_t i) {
    const double distance = value(i) - moments.mean;
    squares[lane] += distance * distance;
  });
  moments.squares = Sum(squares);
  return moments;
}

struct FloatRange {
  float min;
  float max;
};

FloatRange RangeOf(std::span<const float> values) {
  float min[kLanes];
  float max[kLanes];
  std::fill_n(min, kLanes, values.front());
  std::fill_n(max, kLanes, values.front());
  ForEachLane(values.size(), [&](std::size_t lane, std::size_t i) {
    min[lane] = values[i] < min[lane] ? values[i] : min[lane];
    max[lane] = values[i] > max[lane] ? values[i] : max[lane];
  });
  return {*std::min_element(min, min + kLanes), *std::max_element(max, max + kLanes)};
}

void CountOutside(std::span<const float> values, const Interval& range, SideStatistics& side) {
  std::uint32_t below = 0;
  std::uint32_t above = 0;
  for (const float value : values) {
    below += static_cast<double>(value) < range.low ? 1 : 0;
    above += static_cast<double>(value) > range.high ? 1 : 0;
  }
  side.below += below;
  side.above += above;
}

void CountVanishing(std::span<const float> values, double step, SideStatistics& side) {
  const double half = step / 2;
  std::uint32_t vanishing = 0;
  for (const float value : values) {
    vanishing += value != 0 && std::abs(static_cast<double>(value)) < half ? 1 : 0;
  }
  side.vanishing += vanishing;
}

// `values` are finite.
void AddFiniteSide(std::span<const float> values, const PairDescription& pair,
                   SideStatistics& side) {
  if (values.empty()) return;
  const FloatRange range = RangeOf(values);
  side.min = range.min;
  side.max = range.max;
  for (std::size_t first = 0; first < values.size(); first += kBlock) {
    const auto block = values.subspan(first, std::min(kBlock, values.size() - first));
    side.moments.Merge(
        MomentsOf(block.size(), [&](std::size_t i) { return static_cast<double>(block[i]); }));
  }
  if (pair.range) CountOutside(values, *pair.range, side);
  if (pair.step > 0) CountVanishing(values, pair.step, side);
  side.histogram.Add(values, range.min, range.max);
  side.zeros = side.histogram.zeros();
}

void AddSide(std::span<const float> values, const PairDescription& pair, SideStatistics& side) {
  if (AllFinite(values)) {
    AddFiniteSide(values, pair, side);
  } else {
    AddFiniteSide(KeepFinite(values, side), pair, side);
  }
}

// The elements that are finite on both sides, moved together.
struct FinitePairs {
  std::vector<float> golden;
  std::vector<float> target;
};

FinitePairs KeepFinitePairs(std::span<const float> golden, std::span<const float> target) {
  FinitePairs kept;
  for (std::size_t i = 0; i < golden.size(); ++i) {
    if (!IsFinite(golden[i]) || !IsFinite(target[i])) continue;
    kept.golden.push_back(golden[i]);
    kept.target.push_back(target[i]);
  }
  return kept;
}

double DifferenceOf(float golden, float target) { return static_cast<double>(target) - golden; }

// All are finite.
void AddDifference(std::span<const float> golden, std::span<const float> target,
                   DifferenceStatistics* difference) {
  const std::size_t count = golden.size();
  if (count == 0) return;
  const auto value = [&](std::size_t i) { return DifferenceOf(golden[i], target[i]); };
  DifferenceStatistics sums;
  sums.moments = MomentsOf(count, value);
  double squares[kLanes] = {};
  double min[kLanes];
  double max[kLanes];
  std::fill_n(min, kLanes, value(0));
  std::fill_n(max, kLanes, value(0));
  ForEachLane(count, [&](std::size_t lane, std::size_t i) {
    const double d = value(i);
    squares[lane] += d * d;
    min[lane] = d < min[lane] ? d : min[lane];
    max[lane] = d > max[lane] ? d : max[lane];
  });
  sums.square_sum = Sum(squares);
  sums.min = *std::min_element(min, min + kLanes);
  sums.max = *std::max_element(max, max + kLanes);
  difference->Merge(sums);
}

void AddToChannel(float golden, float target, ChannelStatistics& channel) {
  const double g = golden;
  const double difference = DifferenceOf(golden, target);
  ++channel.count;
  channel.golden_min = golden < channel.golden_min ? golden : channel.golden_min;
  channel.golden_max = golden > channel.golden_max ? golden : channel.golden_max;
  channel.target_min = target < channel.target_min ? target : channel.target_min;
  channel.target_max = target > channel.target_max ? target : channel.target_max;
  channel.golden_sum += g;
  channel.target_sum += target;
  channel.signal += g * g;
  channel.noise += difference * difference;
}

// A run of elements of one channel, in lanes.
void AddRun(std::span<const float> golden, std::span<const float> target,
            ChannelStatistics& channel) {
  ChannelStatistics lanes[kLanes];
  ForEachLane(golden.size(), [&](std::size_t lane, std::size_t i) {
    AddToChannel(golden[i], target[i], lanes[lane]);
  });
  for (std::size_t lane = 1; lane < kLanes; ++lane) lanes[0].Merge(lanes[lane]);
  channel.Merge(lanes[0]);
}

void AddChannels(const Chunk& chunk, const ChannelLayout& layout, ChunkStatistics& statistics) {
  const std::size_t count = chunk.golden.size();
  const std::uint64_t run = chunk.first / layout.inner;  // Of one channel; runs go round.
  statistics.first_channel = run % layout.channels;
  const std::uint64_t runs = (chunk.first + count - 1) / layout.inner - run + 1;
  std::vector<ChannelStatistics>& channels = statistics.channels;
  channels.resize(std::min<std::uint64_t>(layout.channels, runs));
  constexpr std::size_t kLongRun = 4 * kLanes;
  std::size_t at = 0;
  std::size_t inside = chunk.first % layout.inner;  // Elements of the run before the chunk.
  for (std::size_t index = 0; index < count; at = at + 1 == channels.size() ? 0 : at + 1) {
    const std::size_t length = std::min<std::size_t>(layout.inner - inside, count - index);
    const auto golden = chunk.golden.subspan(index, length);
    const auto target = chunk.target.subspan(index, length);
    if (length >= kLongRun && AllFinite(golden) && AllFinite(target)) {
      AddRun(golden, target, channels[at]);
    } else {
      for (std::size_t i = 0; i < length; ++i) {
        if (IsFinite(golden[i]) && IsFinite(target[i])) {
          AddToChannel(golden[i], target[i], channels[at]);
        }
      }
    }
    index += length;
    inside = 0;
  }
}

void Offer(const SeriesElement& element, SeriesStretch& stretch) {
  const double difference = DifferenceOf(element.golden, element.target);
  const auto of = [](const SeriesElement& kept) { return DifferenceOf(kept.golden, kept.target); };
  if (element.golden < stretch.golden_min.golden) stretch.golden_min = element;
  if (element.golden > stretch.golden_max.golden) stretch.golden_max = element;
  if (element.target < stretch.target_min.target) stretch.target_min = element;
  if (element.target > stretch.target_max.target) stretch.target_max = element;
  if (difference < of(stretch.difference_min)) stretch.difference_min = element;
  if (difference > of(stretch.difference_max)) stretch.difference_max = element;
}

void AddSeries(const Chunk& chunk, std::uint64_t step, ChunkStatistics& statistics) {
  for (std::size_t i = 0; i < chunk.golden.size();) {
    const std::uint64_t number = (chunk.first + i) / step;
    const std::size_t end =
        std::min<std::uint64_t>(chunk.golden.size(), (number + 1) * step - chunk.first);
    bool started = false;
    for (; i < end; ++i) {
      const SeriesElement element{chunk.first + i, chunk.golden[i], chunk.target[i]};
      if (!IsFinite(element.golden) || !IsFinite(element.target)) continue;
      if (step == 1) {
        statistics.elements.push_back(element);
      } else if (!started) {
        statistics.stretches.push_back(
            {number, element, element, element, element, element, element});
        started = true;
      } else {
        Offer(element, statistics.stretches.back());
      }
    }
  }
}

void MergeSide(const SideStatistics& later, SideStatistics& side) {
  side.count += later.count;
  side.nan += later.nan;
  side.inf += later.inf;
  side.zeros += later.zeros;
  side.min = std::fmin(side.min, later.min);
  side.max = std::fmax(side.max, later.max);
  side.moments.Merge(later.moments);
  side.below += later.below;
  side.above += later.above;
  side.vanishing += later.vanishing;
  side.histogram.Merge(later.histogram);
}

}  // namespace

ChunkStatistics StatisticsOf(const Chunk& chunk, const PairDescription& pair) {
  ChunkStatistics statistics;
  statistics.golden.count = statistics.target.count = chunk.golden.size();
  if (chunk.golden.empty()) return statistics;
  AddSide(chunk.golden, pair, statistics.golden);
  AddSide(chunk.target, pair, statistics.target);
  const bool all_finite = statistics.golden.finite() == chunk.golden.size() &&
                          statistics.target.finite() == chunk.target.size();
  for (std::size_t first = 0; first < chunk.golden.size(); first += kBlock) {
    const std::size_t size = std::min(kBlock, chunk.golden.size() - first);
    const auto golden = chunk.golden.subspan(first, size);
    const auto target = chunk.target.subspan(first, size);
    if (all_finite) {
      AddDifference(golden, target, &statistics.difference);
    } else {
      const FinitePairs finite = KeepFinitePairs(golden, target);
      AddDifference(finite.golden, finite.target, &statistics.difference);
    }
  }
  if (pair.channels) AddChannels(chunk, *pair.channels, statistics);
  AddSeries(chunk, pair.series_step, statistics);
  return statistics;
}

PairStatistics NoStatistics(const PairDescription& pair) {
  PairStatistics statistics;
  statistics.series_step = pair.series_step;
  if (pair.channels) statistics.channels.resize(pair.channels->channels);
  return statistics;
}

void MergeChunk(const ChunkStatistics& chunk, PairStatistics& statistics,
                std::vector<SeriesStretch>& stretches) {
  MergeSide(chunk.golden, statistics.golden);
  MergeSide(chunk.target, statistics.target);
  statistics.difference.Merge(chunk.difference);
  for (std::size_t i = 0; i < chunk.channels.size(); ++i) {
    const std::size_t channel = (chunk.first_channel + i) % statistics.channels.size();
    statistics.channels[channel].Merge(chunk.channels[i]);
  }
  for (const SeriesStretch& stretch : chunk.stretches) {
    if (stretches.empty() || stretches.back().number != stretch.number) {
      stretches.push_back(stretch);
      continue;
    }
    for (const SeriesElement* element :
         {&stretch.golden_min, &stretch.golden_max, &stretch.target_min, &stretch.target_max,
          &stretch.difference_min, &stretch.difference_max}) {
      Offer(*element, stretches.back());
    }
  }
  statistics.series.insert(statistics.series.end(), chunk.elements.begin(), chunk.elements.end());
}

std::vector<SeriesElement> SeriesOf(std::span<const SeriesStretch> stretches) {
  std::vector<SeriesElement> series;
  for (const SeriesStretch& s : stretches) {
    std::vector<SeriesElement> marks = {s.golden_min, s.golden_max,     s.target_min,
                                        s.target_max, s.difference_min, s.difference_max};
    std::sort(marks.begin(), marks.end(),
              [](const auto& a, const auto& b) { return a.index < b.index; });
    marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
    series.insert(series.end(), marks.begin(), marks.end());
  }
  return series;
}

}  // namespace acc::inspect

// SPDX-License-Identifier: BSD-3-Clause
// The statistics of one chunk of a pair, and how those of chunks that follow each other add up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "inspect/statistics.h"
#include "tensor/codes.h"

namespace acc::inspect {

struct Interval {
  double low = 0;
  double high = 0;
};

// What is known of a pair before its elements are.
struct PairDescription {
  std::uint64_t count = 0;
  std::optional<ChannelLayout> channels;
  std::optional<Interval> range;  // Elements outside of it are counted.
  std::uint64_t series_step = 1;
  double step = 0;  // Of the encoding, to count what vanishes; 0 where there is none.
};

// The elements first <= index < first + size() of a pair, in the target's order.
struct Chunk {
  std::uint64_t first = 0;
  std::span<const float> golden;
  std::span<const float> target;
};

// The elements of a stretch that mark its extremes.
struct SeriesStretch {
  std::uint64_t number = 0;  // Covers the indices from number*step on.
  SeriesElement golden_min, golden_max, target_min, target_max, difference_min, difference_max;
};

// Sums of a chunk: channels_[i] is that of channel (first_channel + i) % all channels.
struct ChunkStatistics {
  SideStatistics golden;
  SideStatistics target;
  DifferenceStatistics difference;
  std::size_t first_channel = 0;
  std::vector<ChannelStatistics> channels;
  std::vector<SeriesStretch> stretches;
  std::vector<SeriesElement> elements;  // Instead of stretches where the step is 1.
};

ChunkStatistics StatisticsOf(const Chunk& chunk, const PairDescription& pair);

// The statistics of a pair of which no chunk was seen.
PairStatistics NoStatistics(const PairDescription& pair);

// Adds those of the next chunk. `stretches` gathers what becomes PairStatistics::series at the end.
void MergeChunk(const ChunkStatistics& chunk, PairStatistics& statistics,
                std::vector<SeriesStretch>& stretches);

// The distinct elements of the stretches by index.
std::vector<SeriesElement> SeriesOf(std::span<const SeriesStretch> stretches);

}  // namespace acc::inspect

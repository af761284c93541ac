// SPDX-License-Identifier: BSD-3-Clause
// Gathers the statistics of a pair while somebody streams its elements.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "inspect/chunk_statistics.h"
#include "inspect/statistics.h"
#include "tensor/shape.h"

namespace acc::inspect {

// How many elements PairStatistics::series shows at most, where not all of them.
inline constexpr std::size_t kMostSeriesElements = 3000;

struct CollectorOptions {
  Shape dims;  // Of the target; empty where unknown.
  // A target axis. Ignored where it has one element or more than kMostChannels.
  std::optional<int> channel_axis;
  std::optional<Interval> range;
  double step = 0;  // See PairDescription.
};

class PairCollector {
 public:
  explicit PairCollector(CollectorOptions options) : options_(std::move(options)) {}

  // Before the first chunk: the number of elements of each side.
  void Start(std::uint64_t count);

  // The elements from `first` on. Chunks cover all elements once, in any order and from any thread;
  // they start at multiples of a fixed size (kChunkElements of tensor/pair_reader.h). They are
  // added up in their order, so that the result does not depend on the order of the calls.
  void Visit(std::uint64_t first, std::span<const float> golden, std::span<const float> target);

  // After the last chunk. Leaves the collector empty.
  PairStatistics Finish();

 private:
  CollectorOptions options_;
  PairDescription pair_;
  std::mutex mutex_;
  std::uint64_t next_ = 0;                            // First element not yet added up.
  std::map<std::uint64_t, ChunkStatistics> waiting_;  // Chunks whose predecessors are under way.
  PairStatistics statistics_;
  std::vector<SeriesStretch> stretches_;
};

}  // namespace acc::inspect

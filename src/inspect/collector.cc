// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/collector.h"

#include <utility>

#include "tensor/codes.h"

namespace acc::inspect {
namespace {

// Six elements mark the extremes of a stretch.
constexpr std::uint64_t kMostStretches = kMostSeriesElements / 6;

std::optional<ChannelLayout> Channels(const CollectorOptions& options, std::uint64_t count) {
  const auto rank = static_cast<int>(options.dims.size());
  if (!options.channel_axis || *options.channel_axis < 0 || *options.channel_axis >= rank ||
      count == 0 || ElementCount(options.dims) != count) {
    return std::nullopt;
  }
  const ChannelLayout layout = LayoutOf(options.dims, options.channel_axis);
  if (layout.channels < 2 || layout.channels > kMostChannels) return std::nullopt;
  return layout;
}

}  // namespace

void PairCollector::Start(std::uint64_t count) {
  pair_.count = count;
  pair_.channels = Channels(options_, count);
  pair_.range = options_.range;
  pair_.step = options_.step;
  pair_.series_step =
      count <= kMostSeriesElements ? 1 : (count + kMostStretches - 1) / kMostStretches;
  statistics_ = NoStatistics(pair_);
}

void PairCollector::Visit(std::uint64_t first, std::span<const float> golden,
                          std::span<const float> target) {
  ChunkStatistics chunk = StatisticsOf({first, golden, target}, pair_);
  const std::lock_guard lock(mutex_);
  if (first != next_) {
    waiting_.emplace(first, std::move(chunk));
    return;
  }
  MergeChunk(chunk, statistics_, stretches_);
  next_ += golden.size();
  for (auto next = waiting_.find(next_); next != waiting_.end(); next = waiting_.find(next_)) {
    MergeChunk(next->second, statistics_, stretches_);
    next_ += next->second.golden.count;
    waiting_.erase(next);
  }
}

PairStatistics PairCollector::Finish() {
  if (statistics_.series_step != 1) statistics_.series = SeriesOf(stretches_);
  stretches_.clear();
  return std::exchange(statistics_, PairStatistics());
}

}  // namespace acc::inspect

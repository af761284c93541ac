// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/pair_distribution.h"

#include "report/inspected_tensor.h"
#include "tensor/layout.h"

namespace acc::features {
namespace {

constexpr std::size_t kBins = 64;
constexpr std::size_t kWorstChannels = 8;
// Of tensors of lower rank, axis 1 is as often a row of tokens or features as a channel.
constexpr std::size_t kLowestRankWithChannels = 3;

report::ChannelError ChannelErrorOf(const inspect::PairStatistics& statistics, std::size_t channel,
                                    double noise) {
  const inspect::ChannelStatistics& of = statistics.channels[channel];
  return {.channel = channel,
          .sqnr_db = of.sqnr_db(),
          .noise_share = of.noise / noise,
          .golden_min = of.golden_min,
          .golden_max = of.golden_max,
          .target_min = of.target_min,
          .target_max = of.target_max};
}

}  // namespace

inspect::CollectorOptions CollectorOptionsOf(const store::TensorRecord& target,
                                             const std::optional<TensorEncoding>& encoding) {
  inspect::CollectorOptions options;
  if (target.dims) {
    options.dims = *target.dims;
    if (options.dims.size() >= kLowestRankWithChannels) {
      options.channel_axis =
          inspect::ChannelAxis(options.dims, target.axis_order == AxisOrder::kChannelLast);
    }
  }
  options.range = report::ClippedBeyond(encoding);
  options.step = report::StepOf(encoding);
  return options;
}

report::Distribution DistributionOf(const inspect::PairStatistics& statistics, double step) {
  report::Distribution distribution;
  distribution.bins =
      inspect::BinTogether(statistics.golden.histogram, statistics.target.histogram, kBins, step);
  distribution.golden_outside = statistics.golden.below + statistics.golden.above;
  distribution.channel_count = statistics.channels.size();
  if (step > 0) distribution.code_use = inspect::CodeUseOf(statistics, step);
  double noise = 0;
  for (const auto& channel : statistics.channels) noise += channel.noise;
  for (const std::size_t channel : inspect::WorstChannels(statistics.channels, kWorstChannels)) {
    distribution.worst_channels.push_back(ChannelErrorOf(statistics, channel, noise));
  }
  return distribution;
}

}  // namespace acc::features

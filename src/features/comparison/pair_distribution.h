// SPDX-License-Identifier: BSD-3-Clause
// Watches a pair while it is compared, and keeps what report.html draws of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "inspect/collector.h"
#include "report/summary.h"
#include "store/manifest.h"
#include "verify/comparison.h"

namespace acc::features {

// What to look for in a pair: the channels where its axis order tells them (and dims of rank 3 or
// more do), and what lies outside an encoding of the whole tensor, half a step aside.
inspect::CollectorOptions CollectorOptionsOf(const store::TensorRecord& target,
                                             const std::optional<TensorEncoding>& encoding);

// The bins follow the quantization step of the target where `step` is above zero.
report::Distribution DistributionOf(const inspect::PairStatistics& statistics, double step);

class DistributionObserver : public verify::PairObserver {
 public:
  explicit DistributionObserver(inspect::CollectorOptions options, double step = 0)
      : collector_(std::move(options)), step_(step) {}

  void Start(std::uint64_t count) override { collector_.Start(count); }
  void Visit(std::uint64_t first, std::span<const float> golden,
             std::span<const float> target) override {
    collector_.Visit(first, golden, target);
  }
  void Finish(const verify::Comparison& /*comparison*/) override {
    distribution_ = DistributionOf(collector_.Finish(), step_);
  }

  // Nothing where the sides did not pair up.
  const std::optional<report::Distribution>& distribution() const { return distribution_; }

 private:
  inspect::PairCollector collector_;
  double step_;
  std::optional<report::Distribution> distribution_;
};

}  // namespace acc::features

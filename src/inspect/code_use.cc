// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/code_use.h"

#include <cmath>
#include <cstddef>

namespace acc::inspect {
namespace {

double EffectiveCodes(const Histogram& target, std::uint64_t zeros, std::uint64_t vanishing) {
  // Adds c*log2(c), of which the entropy is made.
  double sum = 0;
  std::uint64_t total = 0;
  const auto add = [&](std::uint64_t count) {
    if (count == 0) return;
    sum += static_cast<double>(count) * std::log2(static_cast<double>(count));
    total += count;
  };
  add(vanishing);
  for (std::size_t bin = 0; bin < target.counts().size(); ++bin) {
    const bool holds_zero = target.first() + static_cast<std::int64_t>(bin) == 0;
    add(target.counts()[bin] - (holds_zero ? zeros : 0));
  }
  if (total == 0) return kNan;
  const auto all = static_cast<double>(total);
  return std::exp2(std::log2(all) - sum / all);
}

}  // namespace

CodeUse CodeUseOf(const PairStatistics& statistics, double step) {
  CodeUse use;
  use.step = step;
  use.nonzero = statistics.golden.finite() - statistics.golden.zeros;
  use.vanishing = statistics.golden.vanishing;
  const Histogram& target = statistics.target.histogram;
  if (!target.empty() && target.width() <= step) {
    use.effective_codes = EffectiveCodes(target, statistics.target.zeros, use.vanishing);
  }
  return use;
}

}  // namespace acc::inspect

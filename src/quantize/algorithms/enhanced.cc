// SPDX-License-Identifier: BSD-3-Clause
// The candidates are those of AIMET's TF-Enhanced (FACTS 4.6), the criterion too. The best of them
// is then improved by small moves of both ends, so the result is never worse than AIMET's search.
#include <algorithm>
#include <array>
#include <cmath>

#include "quantize/algorithms.h"
#include "quantize/encoding.h"

namespace acc::quantize {
namespace {

constexpr int kScaleCandidates = 17;
constexpr int kOffsetCandidates = 21;
constexpr int kSymmetricCandidates = 101;

struct Best {
  const Histogram& histogram;
  Encoding encoding;
  double cost;

  bool Try(const Encoding& candidate) {
    const double candidate_cost = EnhancedCost(histogram, candidate);
    if (candidate_cost >= cost) return false;
    encoding = candidate;
    cost = candidate_cost;
    return true;
  }
};

void TryRange(Best& best, double min, double max, int bitwidth) {
  if (max - min >= kMinWidth) best.Try(AsymmetricEncoding(min, max, bitwidth));
}

void TryGrid(Best& best, int bitwidth) {
  const Encoding observed = best.encoding;
  const auto steps = static_cast<double>(Steps(bitwidth));
  for (int k = 1; k <= kScaleCandidates; ++k) {
    const double scale = observed.scale * k / (kScaleCandidates - 1);
    for (int i = 0; i < kOffsetCandidates; ++i) {
      const double offset = std::round(-steps + steps * i / (kOffsetCandidates - 1));
      TryRange(best, std::max(observed.min, scale * offset),
               std::min(observed.max, scale * (offset + steps)), bitwidth);
    }
  }
}

// Moves each end in and out by a step that is halved where no move helps.
void Refine(Best& best, int bitwidth) {
  constexpr int kMostRounds = 16;
  const double width = best.encoding.max - best.encoding.min;
  for (double step = width / 16; step > width / 512; step /= 2) {
    bool improved = true;
    for (int round = 0; improved && round < kMostRounds; ++round) {
      improved = false;
      for (const auto& [low, high] : std::array<std::pair<double, double>, 4>{
               {{step, 0}, {-step, 0}, {0, step}, {0, -step}}}) {
        const double before = best.cost;
        TryRange(best, best.encoding.min + low, best.encoding.max + high, bitwidth);
        // A hair less is no reason for another round.
        improved = improved || best.cost < before * 0.999;
      }
    }
  }
}

Encoding SearchSymmetric(Best best, int bitwidth) {
  const double largest = best.encoding.max;
  for (int k = 1; k <= kSymmetricCandidates; ++k) {
    const double end = largest * k / (kSymmetricCandidates - 1);
    if (2 * end >= kMinWidth) best.Try(SymmetricEncoding(-end, end, bitwidth));
  }
  return best.encoding;
}

}  // namespace

double EnhancedCost(const Histogram& histogram, const Encoding& encoding) {
  if (histogram.total() == 0) return 0;
  const double per_step = 1 / encoding.scale;
  const auto lowest = static_cast<double>(encoding.offset);
  const double highest = lowest + static_cast<double>(Steps(encoding.bitwidth));
  double cost = 0;
  for (std::size_t bin = 0; bin < Histogram::kBins; ++bin) {
    if (histogram.Count(bin) == 0) continue;
    const double value = histogram.Center(bin);
    const double steps = std::nearbyint(value * per_step);
    const double error = value - encoding.scale * std::clamp(steps, lowest, highest);
    const double weight = value < encoding.min || value > encoding.max ? kSaturationWeight : 1;
    cost += weight * error * error * static_cast<double>(histogram.Count(bin));
  }
  return cost / static_cast<double>(histogram.total());
}

Encoding EncodeEnhanced(const Observation& observation, int bitwidth, bool symmetric) {
  const Encoding observed = symmetric
                                ? SymmetricEncoding(observation.min, observation.max, bitwidth)
                                : AsymmetricEncoding(observation.min, observation.max, bitwidth);
  Best best{*observation.histogram, observed, EnhancedCost(*observation.histogram, observed)};
  if (symmetric) return SearchSymmetric(best, bitwidth);
  TryGrid(best, bitwidth);
  Refine(best, bitwidth);
  return best.encoding;
}

}  // namespace acc::quantize

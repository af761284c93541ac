// SPDX-License-Identifier: BSD-3-Clause
// Three steps, each starting from the best so far: the candidates of the caller; a coarse grid, for
// asymmetric ranges AIMET's documented one of 17 scales by 21 offsets, for symmetric ones 101
// widths; then the ends move by a sixteenth of the width and ever less, down to a thousandth. The
// cost need not be smooth: every step keeps what is better and nothing else, so the result is never
// worse than the observed range.
//
// Promising candidates are found without a look at the cost: rounding makes scale^2 / 12 inside the
// range, and running sums of the histogram's first three moments give what lies beyond any end at
// once.
#include "quantize/range_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

#include "quantize/encoding.h"

namespace acc::quantize {
namespace {

constexpr int kScaleCandidates = 17;
constexpr int kOffsetCandidates = 21;
constexpr int kSymmetricCandidates = 101;
constexpr int kMostRounds = 16;
constexpr double kFirstMove = 1.0 / 16;  // Of the range's width.
constexpr double kLastMove = 1.0 / 1024;

class Search {
 public:
  Search(const Observation& observation, const EncodingRequest& request, const CostFunction& cost)
      : observation_(observation),
        request_(request),
        cost_(cost),
        limits_(LimitsOf(observation, Steps(request.bitwidth))),
        best_(Encoded(observation.min, observation.max)),
        best_cost_(cost(best_)) {}

  Encoding Run(const std::vector<Range>& candidates) {
    for (const Range& range : candidates) Try(range.min, range.max);
    if (request_.symmetric) {
      TryScales();
    } else {
      TryGrid();
    }
    Refine();
    return best_;
  }

 private:
  // As AsymmetricEncoding, but without rounding to float32: costs can be rugged.
  static Range LimitsOf(const Observation& observation, std::int64_t steps) {
    const double min = std::min(observation.min, 0.0);
    const double max = std::max({observation.max, 0.0, min + kMinWidth});
    const double scale = (max - min) / static_cast<double>(steps);
    const double bottom = scale * std::round(min / scale);
    return {bottom, bottom + scale * static_cast<double>(steps)};
  }

  Encoding Encoded(double min, double max) const {
    return request_.symmetric ? SymmetricEncoding(min, max, request_.bitwidth)
                              : AsymmetricEncoding(min, max, request_.bitwidth);
  }

  void Try(double min, double max) {
    if (!request_.symmetric) {
      // Beyond what was observed lies nothing but other positions of the codes.
      min = std::max(min, limits_.min);
      max = std::min(max, limits_.max);
    }
    if (max - min < kMinWidth || best_cost_ == 0) return;
    const Encoding candidate = Encoded(min, max);
    const double cost = cost_(candidate);
    if (cost >= best_cost_) return;
    best_ = candidate;
    best_cost_ = cost;
  }

  void TryGrid() {
    const auto steps = static_cast<double>(Steps(request_.bitwidth));
    std::pair<double, double> last = {};
    for (int k = 1; k <= kScaleCandidates; ++k) {
      const double scale = (limits_.max - limits_.min) / steps * k / (kScaleCandidates - 1);
      for (int i = 0; i < kOffsetCandidates; ++i) {
        const double offset = std::round(-steps + steps * i / (kOffsetCandidates - 1));
        const std::pair<double, double> range = {std::max(limits_.min, scale * offset),
                                                 std::min(limits_.max, scale * (offset + steps))};
        if (range != last) Try(range.first, range.second);
        last = range;
      }
    }
  }

  void TryScales() {
    const double largest = std::max(std::abs(observation_.min), std::abs(observation_.max));
    for (int k = 1; k <= kSymmetricCandidates; ++k) {
      const double end = largest * k / (kSymmetricCandidates - 1);
      Try(-end, end);
    }
  }

  // Moves each end in and out by a step that is halved where no move helps.
  void Refine() {
    const double width = best_.max - best_.min;
    for (double step = width * kFirstMove; step > width * kLastMove; step /= 2) {
      bool improved = true;
      for (int round = 0; improved && round < kMostRounds; ++round) improved = Move(step);
    }
  }

  bool Move(double step) {
    const double before = best_cost_;
    for (const auto& [low, high] :
         std::array<std::pair<double, double>, 4>{{{step, 0}, {-step, 0}, {0, step}, {0, -step}}}) {
      if (request_.symmetric) {
        if (high != 0) Try(-best_.max - high, best_.max + high);
      } else {
        Try(best_.min + low, best_.max + high);
      }
    }
    return best_cost_ < before * 0.999;  // A hair less is no reason for another round.
  }

  const Observation& observation_;
  const EncodingRequest& request_;
  const CostFunction& cost_;
  const Range limits_;  // What the observed range becomes with zero on a code.
  Encoding best_;
  double best_cost_;
};

// What values beyond an end cost: their share, and the mean over all values of their squared
// distance from it.
struct Tail {
  double end = 0;
  double share = 0;
  double square = 0;
};

// The first three moments of the bins below each bin, so that a tail takes no look at its bins.
class Tails {
 public:
  explicit Tails(const Histogram& histogram)
      : first_(static_cast<double>(histogram.first())),
        width_(histogram.width()),
        total_(static_cast<double>(histogram.total())),
        below_(1) {
    for (std::size_t bin = 0; bin < histogram.counts().size(); ++bin) {
      const auto count = static_cast<double>(histogram.counts()[bin]);
      const double middle = (first_ + static_cast<double>(bin) + 0.5) * width_;
      const Moments& last = below_.back();
      below_.push_back(
          {last.count + count, last.sum + count * middle, last.square + count * middle * middle});
    }
  }

  Tail Below(double end) const { return TailOf(end, below_[BinsBelow(end)]); }
  Tail Above(double end) const {
    const Moments& all = below_.back();
    const Moments& below = below_[BinsBelow(end)];
    return TailOf(end, {all.count - below.count, all.sum - below.sum, all.square - below.square});
  }

 private:
  struct Moments {
    double count = 0;
    double sum = 0;
    double square = 0;
  };

  // How many bins have their middle below `end`.
  std::size_t BinsBelow(double end) const {
    const double bins = std::ceil(end / width_ - first_ - 0.5);
    return static_cast<std::size_t>(std::clamp(bins, 0.0, static_cast<double>(below_.size() - 1)));
  }

  Tail TailOf(double end, const Moments& beyond) const {
    const double square = beyond.square - 2 * end * beyond.sum + end * end * beyond.count;
    return {.end = end, .share = beyond.count / total_, .square = std::max(square, 0.0) / total_};
  }

  double first_;
  double width_;
  double total_;
  std::vector<Moments> below_;
};

std::vector<double> Edges(double observed_min, double observed_max, int bins) {
  std::vector<double> edges = {0};
  for (int edge = 0; edge <= bins; ++edge) {
    edges.push_back(observed_min + (observed_max - observed_min) * edge / bins);
  }
  return edges;
}

struct Promise {
  double cost;
  Range range;
};

}  // namespace

std::vector<Range> RangesOfEdges(const Observation& observation, const EncodingRequest& request,
                                 int bins) {
  std::vector<Range> ranges;
  const std::vector<double> edges = Edges(observation.min, observation.max, bins);
  for (const double low : edges) {
    if (request.symmetric) ranges.push_back({-std::abs(low), std::abs(low)});
    if (request.symmetric || low > 0) continue;
    for (const double high : edges) {
      if (high >= 0 && low < high) ranges.push_back({low, high});
    }
  }
  return ranges;
}

std::vector<Range> PromisingRanges(const Observation& observation, const EncodingRequest& request,
                                   double clipping_weight) {
  constexpr int kBins = 512;
  const std::size_t most = request.symmetric ? 32 : 96;
  const Histogram& histogram = *observation.histogram;
  if (histogram.empty()) return {};
  const auto steps = static_cast<double>(Steps(request.bitwidth));
  const Tails tails(histogram);
  std::vector<Tail> lows;
  std::vector<Tail> highs;
  for (const double edge : Edges(observation.min, observation.max, kBins)) {
    const double low = request.symmetric ? -std::abs(edge) : edge;
    const double high = request.symmetric ? std::abs(edge) : edge;
    if (low <= 0) lows.push_back(tails.Below(low));
    if (high >= 0) highs.push_back(tails.Above(high));
  }
  std::vector<Promise> promises;
  const auto add = [&](const Tail& low, const Tail& high) {
    const double scale = (high.end - low.end) / steps;
    promises.push_back({.cost = scale * scale / 12 * (1 - low.share - high.share) +
                                clipping_weight * (low.square + high.square),
                        .range = {low.end, high.end}});
  };
  if (request.symmetric) {
    for (std::size_t i = 0; i < lows.size(); ++i) add(lows[i], highs[i]);
  } else {
    for (const Tail& low : lows) {
      for (const Tail& high : highs) add(low, high);
    }
  }
  const auto end = promises.begin() + static_cast<std::ptrdiff_t>(std::min(most, promises.size()));
  std::partial_sort(promises.begin(), end, promises.end(), [](const auto& a, const auto& b) {
    return std::tie(a.cost, a.range.min, a.range.max) < std::tie(b.cost, b.range.min, b.range.max);
  });
  std::vector<Range> ranges;
  std::transform(promises.begin(), end, std::back_inserter(ranges),
                 [](const Promise& promise) { return promise.range; });
  return ranges;
}

Encoding SearchRange(const Observation& observation, const EncodingRequest& request,
                     const std::vector<Range>& candidates, const CostFunction& cost) {
  return Search(observation, request, cost).Run(candidates);
}

}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/common_bins.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace acc::inspect {
namespace {

std::int64_t FloorDivide(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

struct Pair {
  Histogram golden;
  Histogram target;
  std::int64_t first = 0;  // The bins that one of them has.
  std::int64_t last = -1;
};

Pair OnCommonBins(const Histogram& golden, const Histogram& target) {
  if (golden.empty() && target.empty()) return {};
  const Histogram& some = golden.empty() ? target : golden;
  const Histogram& other = target.empty() ? golden : target;
  const float min = std::min(some.min(), other.min());
  const float max = std::max(some.max(), other.max());
  Pair pair{golden.Widened(min, max), target.Widened(min, max)};
  pair.first = std::numeric_limits<std::int64_t>::max();
  pair.last = std::numeric_limits<std::int64_t>::min();
  for (const Histogram* side : {&pair.golden, &pair.target}) {
    if (side->empty()) continue;
    pair.first = std::min(pair.first, side->first());
    pair.last =
        std::max(pair.last, side->first() + static_cast<std::int64_t>(side->counts().size()) - 1);
  }
  return pair;
}

double WidthOf(const Pair& pair) {
  return pair.golden.empty() ? pair.target.width() : pair.golden.width();
}

// Edges as numbers of the histograms' bins: multiples of the smallest group of bins that will do.
std::vector<std::int64_t> PlainEdges(const Pair& pair, std::int64_t most) {
  std::int64_t group = (pair.last - pair.first) / most + 1;
  while (FloorDivide(pair.last, group) - FloorDivide(pair.first, group) >= most) ++group;
  std::vector<std::int64_t> edges;
  for (std::int64_t edge = FloorDivide(pair.first, group) * group; edge <= pair.last;
       edge += group) {
    edges.push_back(edge);
  }
  edges.push_back(edges.back() + group);
  return edges;
}

// As above, midway between multiples of `step`, which is given in bins.
std::vector<std::int64_t> SteppedEdges(const Pair& pair, std::int64_t most, double step) {
  // The last multiple of `step` midway below a bin.
  const auto below = [&](std::int64_t bin, double width) {
    return std::floor((static_cast<double>(bin) + step / 2) / width);
  };
  double width = step * std::ceil(static_cast<double>(pair.last - pair.first + 1) /
                                  (step * static_cast<double>(most)));
  while (below(pair.last + 1, width) - below(pair.first, width) >= static_cast<double>(most)) {
    width += step;
  }
  std::vector<std::int64_t> edges;
  for (double index = below(pair.first, width); edges.empty() || edges.back() <= pair.last;
       ++index) {
    edges.push_back(static_cast<std::int64_t>(std::floor(index * width - step / 2 + 0.5)));
  }
  // Rounding may have put the first bin below the lowest edge.
  if (edges.front() > pair.first) edges.front() = pair.first;
  return edges;
}

std::vector<std::uint64_t> Grouped(const Histogram& side, const std::vector<std::int64_t>& edges) {
  std::vector<std::uint64_t> counts(edges.size() - 1);
  std::size_t group = 0;
  for (std::size_t bin = 0; bin < side.counts().size(); ++bin) {
    const std::int64_t number = side.first() + static_cast<std::int64_t>(bin);
    while (edges[group + 1] <= number) ++group;
    counts[group] += side.counts()[bin];
  }
  return counts;
}

std::uint64_t CountAt(const Histogram& side, std::int64_t number) {
  const std::int64_t bin = number - side.first();
  const bool inside = bin >= 0 && bin < static_cast<std::int64_t>(side.counts().size());
  return inside ? side.counts()[static_cast<std::size_t>(bin)] : 0;
}

double Share(std::uint64_t part, std::uint64_t total) {
  return total == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : static_cast<double>(part) / static_cast<double>(total);
}

}  // namespace

CommonBins BinTogether(const Histogram& golden, const Histogram& target, std::size_t most,
                       double step) {
  const Pair pair = OnCommonBins(golden, target);
  if (pair.last < pair.first) return {};
  const auto bins = static_cast<std::int64_t>(std::max<std::size_t>(most, 2));
  const double width = WidthOf(pair);
  const double span = static_cast<double>(pair.last - pair.first + 1) * width;
  const bool follows = step >= 4 * width && step * 4 < span;
  const std::vector<std::int64_t> edges =
      follows ? SteppedEdges(pair, bins, step / width) : PlainEdges(pair, bins);
  CommonBins common;
  for (const std::int64_t edge : edges) common.edges.push_back(static_cast<double>(edge) * width);
  common.low = common.edges.front();
  // The first and the last bin may be cut.
  const std::size_t middle = (edges.size() - 1) / 2;
  common.width = common.edges[middle + 1] - common.edges[middle];
  common.steps = follows ? static_cast<int>(std::lround(common.width / step)) : 0;
  common.golden = Grouped(pair.golden, edges);
  common.target = Grouped(pair.target, edges);
  return common;
}

std::vector<CdfPoint> CumulativeShares(const Histogram& golden, const Histogram& target,
                                       std::size_t resolution) {
  const Pair pair = OnCommonBins(golden, target);
  if (pair.last < pair.first) return {};
  const double step = 1 / static_cast<double>(std::max<std::size_t>(resolution, 1));
  const double width = WidthOf(pair);
  const double x_step = static_cast<double>(pair.last - pair.first + 1) * width * step;
  const std::uint64_t golden_total = pair.golden.total();
  const std::uint64_t target_total = pair.target.total();
  std::vector<CdfPoint> points = {
      {static_cast<double>(pair.first) * width, Share(0, golden_total), Share(0, target_total)}};
  std::uint64_t golden_below = 0;
  std::uint64_t target_below = 0;
  for (std::int64_t number = pair.first; number <= pair.last; ++number) {
    const std::uint64_t golden_count = CountAt(pair.golden, number);
    const std::uint64_t target_count = CountAt(pair.target, number);
    const CdfPoint before = {static_cast<double>(number) * width, Share(golden_below, golden_total),
                             Share(target_below, target_total)};
    golden_below += golden_count;
    target_below += target_count;
    const CdfPoint after = {static_cast<double>(number + 1) * width,
                            Share(golden_below, golden_total), Share(target_below, target_total)};
    const auto jumps = [&](const CdfPoint& from) {
      return after.golden - from.golden >= step || after.target - from.target >= step;
    };
    // Where one bin makes a share jump, its lower edge shows that nothing rose before it.
    if (jumps(before) && points.back().x < before.x) points.push_back(before);
    if (jumps(points.back()) || after.x - points.back().x >= x_step || number == pair.last) {
      points.push_back(after);
    }
  }
  return points;
}

}  // namespace acc::inspect

// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/value_facts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>
#include <vector>

#include "inspect/finite_values.h"

namespace acc::inspect {
namespace {

constexpr std::size_t kLanes = 8;

// Independent lanes let the compiler use the processor's vectors; they are added up in one order.
template <typename Term>
double SumOf(std::span<const float> values, const Term& term) {
  std::array<double, kLanes> lanes = {};
  const std::size_t whole = values.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += term(values[i + lane]);
  }
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  for (std::size_t i = whole; i < values.size(); ++i) sum += term(values[i]);
  return sum;
}

void TakeRange(std::span<const float> values, ValueFacts& facts) {
  float min = values.front();
  float max = values.front();
  for (const float value : values) {
    min = std::min(min, value);
    max = std::max(max, value);
  }
  facts.min = min;
  facts.max = max;
}

void TakeMoments(std::span<const float> values, bool with_skew, ValueFacts& facts) {
  const auto count = static_cast<double>(values.size());
  const double mean = SumOf(values, [](float x) { return static_cast<double>(x); }) / count;
  facts.mean = mean;
  facts.variance = SumOf(values, [mean](float x) { return (x - mean) * (x - mean); }) / count;
  if (!with_skew) return;
  const double third =
      SumOf(values, [mean](float x) { return (x - mean) * (x - mean) * (x - mean); }) / count;
  facts.skew = facts.min == facts.max ? 0 : third / std::pow(facts.variance, 1.5);
}

void TakeOrder(std::span<const float> values, ValueFacts& facts) {
  std::vector<float> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  facts.median = sorted.size() % 2 == 1
                     ? static_cast<double>(sorted[middle])
                     : (static_cast<double>(sorted[middle - 1]) + sorted[middle]) / 2;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    if (end - i > longest) {
      longest = end - i;
      facts.mode = sorted[i];
    }
    i = end;
  }
}

std::uint64_t DistinctValues(std::span<const float> values, std::size_t most) {
  std::unordered_set<float> seen;
  for (const float value : values) {
    seen.insert(value);
    if (seen.size() >= most) break;
  }
  return seen.size();
}

double SwallowedShare(std::span<const float> values, const ValueFacts& facts, int bitwidth) {
  const double range = std::max(facts.max, 0.0) - std::min(facts.min, 0.0);
  const double half_step = range / (std::exp2(bitwidth) - 1) / 2;
  const double others = SumOf(values, [](float x) { return x != 0 ? 1.0 : 0.0; });
  const double small =
      SumOf(values, [half_step](float x) { return x != 0 && std::abs(x) < half_step ? 1.0 : 0.0; });
  return others > 0 ? small / others : 0;
}

}  // namespace

double ValueFacts::deviation() const { return std::sqrt(variance); }

ValueFacts FactsOf(std::span<const float> values, const WantedFacts& wanted) {
  const FiniteValues finite(values);
  const std::size_t all = values.size();
  values = finite.values();
  ValueFacts facts{.count = values.size(), .not_finite = all - values.size()};
  if (values.empty()) return facts;
  TakeRange(values, facts);
  TakeMoments(values, wanted.moments, facts);
  if (wanted.order) TakeOrder(values, facts);
  if (wanted.most_distinct > 0) facts.distinct = DistinctValues(values, wanted.most_distinct);
  if (wanted.step_bitwidth > 0) {
    facts.swallowed = SwallowedShare(values, facts, wanted.step_bitwidth);
  }
  return facts;
}

}  // namespace acc::inspect

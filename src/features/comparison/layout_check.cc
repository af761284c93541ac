// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/layout_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "base/progress.h"
#include "tensor/shape.h"

namespace acc::features {
namespace {

constexpr double kSuspicious = 0.9;
constexpr double kMargin = 10;
// Few numbers agree by chance.
constexpr std::uint64_t kFewest = 16;

// NaN where a side is all zero or nothing was compared.
double Cosine(const Result<verify::Comparison>& result) {
  if (!result.ok()) return std::numeric_limits<double>::quiet_NaN();
  const verify::PairSums& sums = result->sums;
  return sums.product / std::sqrt(sums.golden_square * sums.target_square);
}

// Of the golden file.
std::optional<Shape> GoldenDims(const match::Pair& pair) {
  if (pair.golden.dims) return pair.golden.dims;
  if (!pair.target.dims || pair.golden_to_target.empty()) return pair.target.dims;
  return Permute(*pair.target.dims, Inverse(pair.golden_to_target));
}

std::vector<Permutation> OtherOrders(const match::Pair& pair, std::uint64_t elements) {
  const auto dims = GoldenDims(pair);
  if (!dims || elements < kFewest || ElementCount(*dims) != elements) return {};
  const Permutation to_last = FromSource(AxisOrder::kChannelLast, dims->size());
  if (IsIdentity(to_last)) return {};
  std::vector<Permutation> orders = {{}, to_last};
  if (Inverse(to_last) != to_last) orders.push_back(Inverse(to_last));
  std::erase(orders, pair.golden_to_target);
  return orders;
}

struct Trial {
  std::size_t pair;
  Permutation golden_to_target;
};

verify::PairJob JobOf(const Trial& trial, const match::Pair& pair, const verify::PairJob& job) {
  verify::PairJob other;
  other.files.golden = job.files.golden;
  other.files.target = job.files.target;
  other.files.target_format = job.files.target_format;
  other.files.golden_to_target = trial.golden_to_target;
  other.files.dims = *GoldenDims(pair);
  if (!trial.golden_to_target.empty()) {
    other.files.dims = Permute(other.files.dims, trial.golden_to_target);
  }
  return other;
}

}  // namespace

std::vector<std::optional<LayoutDoubt>> DoubtLayouts(
    std::span<const match::Pair> pairs, std::span<const verify::PairJob> jobs,
    std::span<const Result<verify::Comparison>> results) {
  std::vector<Trial> trials;
  std::vector<verify::PairJob> trial_jobs;
  for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
    if (!(Cosine(results[pair]) < kSuspicious)) continue;
    for (Permutation& order : OtherOrders(pairs[pair], results[pair]->sums.count)) {
      trials.push_back({pair, std::move(order)});
      trial_jobs.push_back(JobOf(trials.back(), pairs[pair], jobs[pair]));
    }
  }
  std::vector<std::optional<LayoutDoubt>> doubts(pairs.size());
  if (trials.empty()) return doubts;
  Progress progress("try other axis orders", trials.size());
  const auto answers = verify::CompareAll(trial_jobs, &progress);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    auto& doubt = doubts[trials[i].pair];
    const double compared = Cosine(results[trials[i].pair]);
    const double cosine = Cosine(answers[i]);
    const double best = doubt ? doubt->cosine : kSuspicious;
    if (cosine > best && (1 - cosine) * kMargin < 1 - compared) {
      doubt = LayoutDoubt{std::move(trials[i].golden_to_target), cosine, compared};
    }
  }
  return doubts;
}

std::string ToText(const LayoutDoubt& doubt) {
  const std::string how = doubt.golden_to_target.empty()
                              ? "element by element, with no axis moved,"
                              : fmt::format("with the golden's axes taken as {}",
                                            fmt::join(doubt.golden_to_target, ","));
  return fmt::format("the axis order is probably wrong: {} the cosine is {:.4g} instead of {:.4g}",
                     how, doubt.cosine, doubt.cosine_compared);
}

}  // namespace acc::features

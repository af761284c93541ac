// SPDX-License-Identifier: BSD-3-Clause
// Sums and the worst elements of a chunk in one go. Sums are taken block by block by the kernel
// (pair_kernel.h), which also gives each block's largest difference. Only blocks whose largest
// would enter the list of the worst are looked at a second time, the worst of them first, so that
// most are passed over: the list costs little beside the sums.
//
// The order of sums is fixed by the blocks' places, and of equal differences the lower index wins:
// the same bits come out whatever the threads do. A block with an element that is not finite is
// compacted to those that are finite on both sides, and the others are counted one by one.
#include "verify/pair_pass.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "verify/pair_kernel.h"

namespace acc::verify {
namespace {

// Small enough that looking for the worst elements of a chunk costs little beside its sums.
constexpr std::size_t kBlockElements = 256;

struct Block {
  double largest = 0;
  std::size_t first = 0;  // In the chunk.
  std::size_t count = 0;
};

// The elements of a block that are finite on both sides, moved together.
struct FiniteElements {
  std::array<float, kBlockElements> golden;
  std::array<float, kBlockElements> target;
  std::size_t count = 0;
};

bool BothFinite(double golden, double target) {
  return std::isfinite(golden) && std::isfinite(target);
}

FiniteElements KeepFinite(std::span<const float> golden, std::span<const float> target) {
  FiniteElements kept;
  for (std::size_t index = 0; index < golden.size(); ++index) {
    if (BothFinite(golden[index], target[index])) {
      kept.golden[kept.count] = golden[index];
      kept.target[kept.count] = target[index];
      ++kept.count;
    }
  }
  return kept;
}

// One pair of elements that are not both finite: equal, or disagreeing.
void Classify(double golden, double target, std::uint64_t index, PairSums& sums) {
  const bool both_nan = std::isnan(golden) && std::isnan(target);
  if (!both_nan && golden != target) {
    ++sums.disagreeing;
    sums.first_disagreement = std::min(sums.first_disagreement, index);
    return;
  }
  ++sums.nonfinite_equal;
  ++sums.equal;
  if (both_nan) {
    ++sums.both_nan;
    sums.first_both_nan = std::min(sums.first_both_nan, index);
  }
}

void CountNonFinite(double golden, double target, std::uint64_t index, PairSums& sums) {
  sums.golden_nan += std::isnan(golden) ? 1 : 0;
  sums.golden_inf += std::isinf(golden) ? 1 : 0;
  sums.target_nan += std::isnan(target) ? 1 : 0;
  sums.target_inf += std::isinf(target) ? 1 : 0;
  if (!BothFinite(golden, target)) Classify(golden, target, index, sums);
}

// One pair of exact values that are finite. Returns the size of their difference.
double AddWide(const WideValue& golden, const WideValue& target, PairSums& sums) {
  const double x = golden.high + golden.low;
  const double y = target.high + target.low;
  const double difference = Difference(golden, target);
  ++sums.finite;
  sums.equal += golden == target ? 1 : 0;
  sums.golden_min = std::min(sums.golden_min, x);
  sums.golden_max = std::max(sums.golden_max, x);
  sums.golden_sum += x;
  sums.target_min = std::min(sums.target_min, y);
  sums.target_max = std::max(sums.target_max, y);
  sums.target_sum += y;
  sums.golden_square += x * x;
  sums.target_square += y * y;
  sums.product += x * y;
  sums.difference_square += difference * difference;
  sums.difference_abs += std::abs(difference);
  return std::abs(difference);
}

// Returns the largest difference of the block.
double AddBlock(const ChunkView& block, LaneSums& lanes, PairSums& sums) {
  const PairKernel& kernel = BestPairKernel();
  sums.count += block.golden.size();
  const double largest =
      kernel.add_block(block.golden.data(), block.target.data(), block.golden.size(), lanes);
  if (!std::isnan(largest)) {
    sums.finite += block.golden.size();
    return largest;
  }
  for (std::size_t index = 0; index < block.golden.size(); ++index) {
    CountNonFinite(block.golden[index], block.target[index], block.first + index, sums);
  }
  const FiniteElements kept = KeepFinite(block.golden, block.target);
  sums.finite += kept.count;
  return kernel.add_block(kept.golden.data(), kept.target.data(), kept.count, lanes);
}

void OfferBlock(const ChunkView& chunk, const Block& block, WorstList& worst) {
  for (std::size_t index = block.first; index < block.first + block.count; ++index) {
    const float golden = chunk.golden[index];
    const float target = chunk.target[index];
    const double difference = std::abs(static_cast<double>(golden) - target);
    if (worst.Admits(difference, chunk.first + index) && BothFinite(golden, target)) {
      worst.Offer(difference, {chunk.first + index, golden, target, difference});
    }
  }
}

}  // namespace

bool WorstList::IsWorse(const Entry& a, const Entry& b) {
  return a.difference != b.difference ? a.difference > b.difference
                                      : a.element.index < b.element.index;
}

bool WorstList::Admits(double difference, std::uint64_t index) const {
  if (heap_.size() < kWorstElements) return difference > 0;
  const Entry& least = heap_.front();
  return difference > least.difference ||
         (difference == least.difference && index < least.element.index);
}

void WorstList::Offer(double difference, const WorstElement& element) {
  if (!Admits(difference, element.index)) return;
  if (heap_.size() == kWorstElements) {
    std::pop_heap(heap_.begin(), heap_.end(), &IsWorse);
    heap_.pop_back();
  }
  heap_.push_back({difference, element});
  std::push_heap(heap_.begin(), heap_.end(), &IsWorse);
}

void WorstList::Merge(const WorstList& other) {
  for (const Entry& entry : other.heap_) Offer(entry.difference, entry.element);
}

double WorstList::largest() const {
  const auto worst = std::min_element(heap_.begin(), heap_.end(), &IsWorse);
  return worst == heap_.end() ? 0 : worst->difference;
}

std::vector<WorstElement> WorstList::Elements() const {
  std::vector<Entry> sorted = heap_;
  std::sort(sorted.begin(), sorted.end(), &IsWorse);
  std::vector<WorstElement> elements;
  elements.reserve(sorted.size());
  for (const Entry& entry : sorted) elements.push_back(entry.element);
  return elements;
}

PairSums NoSums() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  PairSums sums;
  sums.golden_min = sums.target_min = kInfinity;
  sums.golden_max = sums.target_max = -kInfinity;
  return sums;
}

void AddChunk(const ChunkView& chunk, PairSums& sums, WorstList& worst) {
  LaneSums lanes;
  std::vector<Block> blocks;
  blocks.reserve(chunk.golden.size() / kBlockElements + 1);
  for (std::size_t first = 0; first < chunk.golden.size(); first += kBlockElements) {
    const std::size_t count = std::min(kBlockElements, chunk.golden.size() - first);
    const ChunkView view{chunk.first + first, chunk.golden.subspan(first, count),
                         chunk.target.subspan(first, count)};
    const double largest = AddBlock(view, lanes, sums);
    if (worst.Admits(largest, chunk.first + first)) blocks.push_back({largest, first, count});
  }
  AddLanes(lanes, sums);
  // The worst block first, so that most of the others need no look at all.
  std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) {
    return a.largest != b.largest ? a.largest > b.largest : a.first < b.first;
  });
  for (const Block& block : blocks) {
    if (worst.Admits(block.largest, chunk.first + block.first)) OfferBlock(chunk, block, worst);
  }
}

void AddChunk(const WideChunk& chunk, PairSums& sums, WorstList& worst) {
  sums.count += chunk.golden.size();
  for (std::size_t index = 0; index < chunk.golden.size(); ++index) {
    const WideValue& golden = chunk.golden[index];
    const WideValue& target = chunk.target[index];
    const std::uint64_t at = chunk.first + index;
    if (!BothFinite(golden.high, target.high)) {
      CountNonFinite(golden.high, target.high, at, sums);
      continue;
    }
    const double difference = AddWide(golden, target, sums);
    if (worst.Admits(difference, at)) {
      worst.Offer(difference, {at, golden.high, target.high, difference});
    }
  }
}

std::uint64_t CountWithin(const WideChunk& chunk, Tolerance tolerance) {
  std::uint64_t within = 0;
  for (std::size_t index = 0; index < chunk.golden.size(); ++index) {
    const WideValue& golden = chunk.golden[index];
    const WideValue& target = chunk.target[index];
    const double bound = tolerance.atol + tolerance.rtol * std::abs(golden.high);
    const bool finite = BothFinite(golden.high, target.high);
    within += (finite ? std::abs(Difference(target, golden)) <= bound : golden == target) ? 1 : 0;
  }
  return within;
}

std::uint64_t CountWithin(const ChunkView& chunk, Tolerance tolerance, bool all_finite) {
  const PairKernel& kernel = BestPairKernel();
  if (all_finite) {
    return kernel.count_within(chunk.golden.data(), chunk.target.data(), chunk.golden.size(),
                               tolerance);
  }
  std::uint64_t within = 0;
  for (std::size_t first = 0; first < chunk.golden.size(); first += kBlockElements) {
    const std::size_t count = std::min(kBlockElements, chunk.golden.size() - first);
    const auto golden = chunk.golden.subspan(first, count);
    const auto target = chunk.target.subspan(first, count);
    const FiniteElements kept = KeepFinite(golden, target);
    within += kernel.count_within(kept.golden.data(), kept.target.data(), kept.count, tolerance);
    for (std::size_t index = 0; index < count; ++index) {
      within += std::isinf(golden[index]) && golden[index] == target[index] ? 1 : 0;
    }
  }
  return within;
}

void MergeSums(const PairSums& later, PairSums& sums) {
  sums.count += later.count;
  sums.finite += later.finite;
  sums.nonfinite_equal += later.nonfinite_equal;
  sums.disagreeing += later.disagreeing;
  sums.equal += later.equal;
  sums.both_nan += later.both_nan;
  sums.first_disagreement = std::min(sums.first_disagreement, later.first_disagreement);
  sums.first_both_nan = std::min(sums.first_both_nan, later.first_both_nan);
  sums.golden_nan += later.golden_nan;
  sums.golden_inf += later.golden_inf;
  sums.target_nan += later.target_nan;
  sums.target_inf += later.target_inf;
  sums.golden_min = std::min(sums.golden_min, later.golden_min);
  sums.golden_max = std::max(sums.golden_max, later.golden_max);
  sums.golden_sum += later.golden_sum;
  sums.target_min = std::min(sums.target_min, later.target_min);
  sums.target_max = std::max(sums.target_max, later.target_max);
  sums.target_sum += later.target_sum;
  sums.golden_square += later.golden_square;
  sums.target_square += later.target_square;
  sums.product += later.product;
  sums.difference_square += later.difference_square;
  sums.difference_abs += later.difference_abs;
}

}  // namespace acc::verify

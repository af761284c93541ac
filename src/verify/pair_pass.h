// SPDX-License-Identifier: BSD-3-Clause
// What one pass over the elements of a pair gathers, chunk by chunk.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tensor/wide_pair.h"
#include "verify/comparison.h"

namespace acc::verify {

// The kWorstElements largest |golden-target| that it was shown; the lower index wins among equals.
class WorstList {
 public:
  // Whether an element with this difference, or a later one, would enter the list.
  bool Admits(double difference, std::uint64_t index) const;
  void Offer(double difference, const WorstElement& element);
  void Merge(const WorstList& other);

  double largest() const;                      // 0 where nothing was offered.
  std::vector<WorstElement> Elements() const;  // Worst first.

 private:
  struct Entry {
    double difference = 0;
    WorstElement element;
  };
  static bool IsWorse(const Entry& a, const Entry& b);

  std::vector<Entry> heap_;  // The least bad in front.
};

struct ChunkView {
  std::uint64_t first = 0;  // Index of the first element.
  std::span<const float> golden;
  std::span<const float> target;
};

// Sums without elements: min is infinity, max -infinity.
PairSums NoSums();

// Adds a chunk to `sums` and `worst`. Leaves the largest difference to the owner of `worst`.
void AddChunk(const ChunkView& chunk, PairSums& sums, WorstList& worst);

// The same of exact values, for types that float32 cannot hold.
struct WideChunk {
  std::uint64_t first = 0;
  std::span<const WideValue> golden;
  std::span<const WideValue> target;
};
void AddChunk(const WideChunk& chunk, PairSums& sums, WorstList& worst);
std::uint64_t CountWithin(const WideChunk& chunk, Tolerance tolerance);

// How many elements of a chunk lie within the tolerance; equal infinities do, NaN never does.
std::uint64_t CountWithin(const ChunkView& chunk, Tolerance tolerance, bool all_finite);

// Adds the sums of a later chunk.
void MergeSums(const PairSums& later, PairSums& sums);

}  // namespace acc::verify

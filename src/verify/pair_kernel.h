// SPDX-License-Identifier: BSD-3-Clause
// The inner loops of a comparison, one variant per instruction set. All variants give the same
// bits: element i of a block belongs to lane i % kLanes, lanes are double, and no variant fuses a
// multiplication with an addition.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "verify/verifier.h"

namespace acc::verify {

inline constexpr std::size_t kLanes = 8;

// Running sums of a run of blocks. Without elements, min is infinity and max -infinity.
struct alignas(64) LaneSums {
  LaneSums();

  double golden_sum[kLanes], target_sum[kLanes];
  double golden_square[kLanes], target_square[kLanes], product[kLanes];
  double difference_square[kLanes], difference_abs[kLanes];
  std::uint64_t equal[kLanes];
  float golden_min[kLanes], golden_max[kLanes];
  float target_min[kLanes], target_max[kLanes];
};

// Adds the lanes to the fields of `sums` that they stand for, in a fixed order.
void AddLanes(const LaneSums& lanes, PairSums& sums);

struct PairKernel {
  std::string_view name;
  bool (*supported)();  // By this processor.

  // Adds `count` elements and returns the largest |golden-target|. Where an element is not finite
  // it returns NaN and leaves `sums` as it was.
  double (*add_block)(const float* golden, const float* target, std::size_t count, LaneSums& sums);

  // Elements with |target-golden| <= atol + rtol*|golden|, in double. All must be finite.
  std::uint64_t (*count_within)(const float* golden, const float* target, std::size_t count,
                                Tolerance tolerance);
};

// Slowest first; the first one runs everywhere.
std::span<const PairKernel> PairKernels();

// The fastest that this processor supports.
const PairKernel& BestPairKernel();

}  // namespace acc::verify

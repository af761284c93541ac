// SPDX-License-Identifier: BSD-3-Clause
#include "verify/pair_kernel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace acc::verify {
namespace {

template <std::size_t kWidth>
struct Vectors {
  using Float [[gnu::vector_size(kWidth * sizeof(float))]] = float;
  using Double [[gnu::vector_size(kWidth * sizeof(double))]] = double;
  using Bits [[gnu::vector_size(kWidth * sizeof(double))]] = std::int64_t;
  using Mask [[gnu::vector_size(kWidth * sizeof(float))]] = std::int32_t;
};

// Vectors go by pointer: passing wide ones by value depends on the instruction set.
template <typename Element, typename Vector>
[[gnu::always_inline]] inline void Load(const Element* from, Vector* to) {
  std::memcpy(to, from, sizeof *to);
}

template <typename Element, typename Vector>
[[gnu::always_inline]] inline void Store(const Vector& from, Element* to) {
  std::memcpy(to, &from, sizeof from);
}

template <typename Bits, typename Vector>
[[gnu::always_inline]] inline void MakeAbsolute(Vector& value) {
  Bits bits;
  std::memcpy(&bits, &value, sizeof bits);
  bits &= std::numeric_limits<std::int64_t>::max();
  std::memcpy(&value, &bits, sizeof bits);
}

// Adds elements first_lane, first_lane + 1, … of every group of kLanes. Several such sweeps over a
// block that lies in the first-level cache cost less than spilled registers.
template <std::size_t kWidth>
[[gnu::always_inline]] inline double AddSweep(const float* golden, const float* target,
                                              std::size_t count, std::size_t first_lane,
                                              LaneSums& sums) {
  using Float = typename Vectors<kWidth>::Float;
  using Double = typename Vectors<kWidth>::Double;
  using Bits = typename Vectors<kWidth>::Bits;
  using Mask = typename Vectors<kWidth>::Mask;
  const std::size_t lane = first_lane;
  Double golden_sum, target_sum, golden_square, target_square, product, square, abs;
  Float golden_min, golden_max, target_min, target_max;
  Load(sums.golden_sum + lane, &golden_sum);
  Load(sums.target_sum + lane, &target_sum);
  Load(sums.golden_square + lane, &golden_square);
  Load(sums.target_square + lane, &target_square);
  Load(sums.product + lane, &product);
  Load(sums.difference_square + lane, &square);
  Load(sums.difference_abs + lane, &abs);
  Load(sums.golden_min + lane, &golden_min);
  Load(sums.golden_max + lane, &golden_max);
  Load(sums.target_min + lane, &target_min);
  Load(sums.target_max + lane, &target_max);
  Double largest = {};
  Mask equal = {};
  for (std::size_t index = lane; index + kWidth <= count; index += kLanes) {
    Float golden_value, target_value;
    Load(golden + index, &golden_value);
    Load(target + index, &target_value);
    golden_min = golden_value < golden_min ? golden_value : golden_min;
    golden_max = golden_value > golden_max ? golden_value : golden_max;
    target_min = target_value < target_min ? target_value : target_min;
    target_max = target_value > target_max ? target_value : target_max;
    equal -= golden_value == target_value;
    const Double x = __builtin_convertvector(golden_value, Double);
    const Double y = __builtin_convertvector(target_value, Double);
    const Double difference = x - y;
    Double magnitude = difference;
    MakeAbsolute<Bits>(magnitude);
    golden_sum += x;
    target_sum += y;
    golden_square += x * x;
    target_square += y * y;
    product += x * y;
    square += difference * difference;
    abs += magnitude;
    largest = magnitude > largest ? magnitude : largest;
  }
  Store(golden_sum, sums.golden_sum + lane);
  Store(target_sum, sums.target_sum + lane);
  Store(golden_square, sums.golden_square + lane);
  Store(target_square, sums.target_square + lane);
  Store(product, sums.product + lane);
  Store(square, sums.difference_square + lane);
  Store(abs, sums.difference_abs + lane);
  Store(golden_min, sums.golden_min + lane);
  Store(golden_max, sums.golden_max + lane);
  Store(target_min, sums.target_min + lane);
  Store(target_max, sums.target_max + lane);
  double result = 0;
  for (std::size_t index = 0; index < kWidth; ++index) {
    result = std::max(result, largest[index]);
    sums.equal[lane + index] += static_cast<std::uint64_t>(equal[index]);
  }
  return result;
}

// The lanes' share of a last group that is not full.
[[gnu::always_inline]] inline double AddTail(const float* golden, const float* target,
                                             std::size_t count, LaneSums& sums) {
  double largest = 0;
  for (std::size_t lane = 0; lane < count; ++lane) {
    const double x = golden[lane];
    const double y = target[lane];
    const double difference = x - y;
    sums.golden_sum[lane] += x;
    sums.target_sum[lane] += y;
    sums.golden_square[lane] += x * x;
    sums.target_square[lane] += y * y;
    sums.product[lane] += x * y;
    sums.difference_square[lane] += difference * difference;
    sums.difference_abs[lane] += std::abs(difference);
    sums.equal[lane] += golden[lane] == target[lane] ? 1 : 0;
    sums.golden_min[lane] = std::min(sums.golden_min[lane], golden[lane]);
    sums.golden_max[lane] = std::max(sums.golden_max[lane], golden[lane]);
    sums.target_min[lane] = std::min(sums.target_min[lane], target[lane]);
    sums.target_max[lane] = std::max(sums.target_max[lane], target[lane]);
    largest = std::max(largest, std::abs(difference));
  }
  return largest;
}

template <std::size_t kWidth>
[[gnu::always_inline]] inline double AddBlock(const float* golden, const float* target,
                                              std::size_t count, LaneSums& sums) {
  LaneSums next = sums;
  const std::size_t whole = count - count % kLanes;
  double largest = AddTail(golden + whole, target + whole, count - whole, next);
  for (std::size_t lane = 0; lane < kLanes; lane += kWidth) {
    largest = std::max(largest, AddSweep<kWidth>(golden, target, whole, lane, next));
  }
  // Any NaN or infinity among the elements reaches this sum, which finite floats cannot overflow.
  double abs = 0;
  for (const double lane_abs : next.difference_abs) abs += lane_abs;
  if (!std::isfinite(abs)) return std::numeric_limits<double>::quiet_NaN();
  sums = next;
  return largest;
}

template <std::size_t kWidth>
[[gnu::always_inline]] inline std::uint64_t CountWithin(const float* golden, const float* target,
                                                        std::size_t count, Tolerance tolerance) {
  using Float = typename Vectors<kWidth>::Float;
  using Double = typename Vectors<kWidth>::Double;
  using Bits = typename Vectors<kWidth>::Bits;
  Bits within = {};
  std::size_t index = 0;
  for (; index + kWidth <= count; index += kWidth) {
    Float golden_value, target_value;
    Load(golden + index, &golden_value);
    Load(target + index, &target_value);
    Double x = __builtin_convertvector(golden_value, Double);
    Double difference = __builtin_convertvector(target_value, Double) - x;
    MakeAbsolute<Bits>(x);
    MakeAbsolute<Bits>(difference);
    within -= difference <= tolerance.atol + tolerance.rtol * x;
  }
  std::uint64_t result = 0;
  for (std::size_t lane = 0; lane < kWidth; ++lane) {
    result += static_cast<std::uint64_t>(within[lane]);
  }
  for (; index < count; ++index) {
    const double x = golden[index];
    const double bound = tolerance.atol + tolerance.rtol * std::abs(x);
    result += std::abs(static_cast<double>(target[index]) - x) <= bound ? 1 : 0;
  }
  return result;
}

bool Always() { return true; }

double AddBlockBaseline(const float* golden, const float* target, std::size_t count,
                        LaneSums& sums) {
  return AddBlock<2>(golden, target, count, sums);
}
std::uint64_t CountWithinBaseline(const float* golden, const float* target, std::size_t count,
                                  Tolerance tolerance) {
  return CountWithin<2>(golden, target, count, tolerance);
}

#if defined(__x86_64__)
bool HasAvx2() { return __builtin_cpu_supports("avx2") != 0; }
bool HasAvx512() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0;
}

[[gnu::target("avx2")]] double AddBlockAvx2(const float* golden, const float* target,
                                            std::size_t count, LaneSums& sums) {
  return AddBlock<4>(golden, target, count, sums);
}
[[gnu::target("avx2")]] std::uint64_t CountWithinAvx2(const float* golden, const float* target,
                                                      std::size_t count, Tolerance tolerance) {
  return CountWithin<4>(golden, target, count, tolerance);
}
[[gnu::target("avx512f,avx512dq,avx512vl")]] double AddBlockAvx512(const float* golden,
                                                                   const float* target,
                                                                   std::size_t count,
                                                                   LaneSums& sums) {
  return AddBlock<8>(golden, target, count, sums);
}
[[gnu::target("avx512f,avx512dq,avx512vl")]] std::uint64_t CountWithinAvx512(const float* golden,
                                                                             const float* target,
                                                                             std::size_t count,
                                                                             Tolerance tolerance) {
  return CountWithin<8>(golden, target, count, tolerance);
}
#endif

constexpr std::array kKernels = {
    PairKernel{"baseline", &Always, &AddBlockBaseline, &CountWithinBaseline},
#if defined(__x86_64__)
    PairKernel{"avx2", &HasAvx2, &AddBlockAvx2, &CountWithinAvx2},
    PairKernel{"avx512", &HasAvx512, &AddBlockAvx512, &CountWithinAvx512},
#endif
};

template <typename Number>
Number SumOf(const Number (&lanes)[kLanes]) {
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
         ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

}  // namespace

LaneSums::LaneSums()
    : golden_sum{},
      target_sum{},
      golden_square{},
      target_square{},
      product{},
      difference_square{},
      difference_abs{},
      equal{} {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::fill_n(golden_min, kLanes, kInfinity);
  std::fill_n(target_min, kLanes, kInfinity);
  std::fill_n(golden_max, kLanes, -kInfinity);
  std::fill_n(target_max, kLanes, -kInfinity);
}

void AddLanes(const LaneSums& lanes, PairSums& sums) {
  sums.golden_sum += SumOf(lanes.golden_sum);
  sums.target_sum += SumOf(lanes.target_sum);
  sums.golden_square += SumOf(lanes.golden_square);
  sums.target_square += SumOf(lanes.target_square);
  sums.product += SumOf(lanes.product);
  sums.difference_square += SumOf(lanes.difference_square);
  sums.difference_abs += SumOf(lanes.difference_abs);
  sums.equal += SumOf(lanes.equal);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    sums.golden_min = std::min<double>(sums.golden_min, lanes.golden_min[lane]);
    sums.golden_max = std::max<double>(sums.golden_max, lanes.golden_max[lane]);
    sums.target_min = std::min<double>(sums.target_min, lanes.target_min[lane]);
    sums.target_max = std::max<double>(sums.target_max, lanes.target_max[lane]);
  }
}

std::span<const PairKernel> PairKernels() { return kKernels; }

const PairKernel& BestPairKernel() {
  static const PairKernel& best = *std::find_if(kKernels.rbegin(), kKernels.rend(),
                                                [](const PairKernel& k) { return k.supported(); });
  return best;
}

}  // namespace acc::verify

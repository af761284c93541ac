// SPDX-License-Identifier: BSD-3-Clause
// What both mutators draw from: numbers at the edges of types, and places.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>

namespace acc::fuzz {

// The changes of one call follow from libFuzzer's seed alone.
class RandomChoice {
 public:
  explicit RandomChoice(unsigned int seed) : engine_(seed) {}

  // 0 to count - 1; 0 for a count of 0.
  int Below(int count) {
    return count <= 0 ? 0 : static_cast<int>(engine_() % static_cast<unsigned int>(count));
  }
  bool OneIn(int count) { return Below(count) == 0; }

  template <typename T, std::size_t size>
  const T& Of(const std::array<T, size>& values) {
    return values[engine_() % size];
  }

  // Mostly small ones, as axes, dims and sizes are.
  std::int64_t Integer(std::int64_t old) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
    static constexpr std::array<std::int64_t, 10> kEdges = {kMost,
                                                            kLeast,
                                                            std::int64_t{1} << 31,
                                                            -(std::int64_t{1} << 31),
                                                            std::int64_t{1} << 32,
                                                            (std::int64_t{1} << 31) - 1,
                                                            std::int64_t{1} << 62,
                                                            65536,
                                                            1000,
                                                            -1000};
    static constexpr std::array<std::int64_t, 4> kSteps = {1, -1, 2, -2};
    switch (Below(4)) {
      case 0: return Of(kEdges);
      case 1: return old > kLeast + 2 && old < kMost - 2 ? old + Of(kSteps) : 0;
      default: return Below(10) - 3;
    }
  }

  double Real(double old) {
    using Limits = std::numeric_limits<double>;
    static constexpr std::array<double, 12> kEdges = {0,
                                                      -0.0,
                                                      1,
                                                      -1,
                                                      1e-45,
                                                      1e38,
                                                      -1e38,
                                                      1e300,
                                                      0.5,
                                                      Limits::infinity(),
                                                      -Limits::infinity(),
                                                      Limits::quiet_NaN()};
    return OneIn(3) ? old * (Below(9) - 4) : Of(kEdges);
  }

 private:
  std::minstd_rand engine_;
};

}  // namespace acc::fuzz

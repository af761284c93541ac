// SPDX-License-Identifier: BSD-3-Clause
// The smallest and largest finite value seen, and how many values were not finite.
#pragma once

#include <cstdint>
#include <span>

namespace acc::quantize {

// The result does not depend on the order of calls. Not thread-safe.
class MinMax {
 public:
  void Add(std::span<const float> values);
  void Merge(const MinMax& other);

  bool called() const { return called_; }
  // 0 and 0 as long as no finite value was seen.
  double min() const { return finite_ == 0 ? 0 : min_; }
  double max() const { return finite_ == 0 ? 0 : max_; }
  std::uint64_t finite() const { return finite_; }
  std::uint64_t nonfinite() const { return nonfinite_; }

 private:
  bool called_ = false;
  float min_ = 0;
  float max_ = 0;
  std::uint64_t finite_ = 0;
  std::uint64_t nonfinite_ = 0;
};

}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
// A pair of tensor files of types that float32 cannot hold (64-bit numbers, 32-bit integers), value
// by value and exactly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "base/files.h"
#include "base/status.h"
#include "tensor/element_type.h"
#include "tensor/layout.h"
#include "tensor/shape.h"

namespace acc {

// Whether values of the type may differ where they are equal as float32.
bool IsWide(ElementType type);

// A value of any numeric type, exactly: high + low, high being the nearest double. NaN and infinity
// are in `high`.
struct WideValue {
  double high = 0;
  double low = 0;

  bool operator==(const WideValue& other) const { return high == other.high && low == other.low; }
};

// Rounded once where double cannot hold it.
inline double Difference(const WideValue& a, const WideValue& b) {
  return (a.high - b.high) + (a.low - b.low);
}

WideValue WideFromInt(std::int64_t value);
WideValue WideFromUint(std::uint64_t value);

struct WideFile {
  std::filesystem::path path;
  ElementType type = ElementType::kFloat32;  // Anything but strings and 4-bit integers.
};

class WidePair {
 public:
  // Both files hold the same number of elements, and those of `dims` where `golden_to_target`
  // (empty: the orders agree) moves axes; `dims` are the target's. The files are mapped.
  static Result<WidePair> Open(const WideFile& golden, const WideFile& target, const Shape& dims,
                               const Permutation& golden_to_target);

  std::uint64_t count() const { return count_; }

  // Fills both sides, in the target's order, from element `first` on. Thread-safe.
  void Read(std::uint64_t first, std::span<WideValue> golden, std::span<WideValue> target) const;

 private:
  WidePair(MappedFile golden, MappedFile target, ElementType golden_type, ElementType target_type)
      : golden_(std::move(golden)),
        target_(std::move(target)),
        golden_type_(golden_type),
        target_type_(target_type) {}

  void ReadMoved(std::uint64_t first, std::span<WideValue> golden) const;

  MappedFile golden_;
  MappedFile target_;
  ElementType golden_type_;
  ElementType target_type_;
  std::uint64_t count_ = 0;
  // Where axes move: the target's dims, and the golden's distance between neighbours along each.
  std::vector<std::uint64_t> dims_;
  std::vector<std::uint64_t> strides_;
};

}  // namespace acc

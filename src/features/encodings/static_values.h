// SPDX-License-Identifier: BSD-3-Clause
// The real numbers of a DLC's static tensors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"
#include "dlc/model.h"

namespace acc::features {

// Whether StaticValues can read the tensor: it has data, of a type that stands for numbers and of
// the size that its dims ask for, and its encoding fits its dims.
bool HasValues(const dlc::Tensor& tensor);

// Only for tensors that HasValues; the tensor outlives it.
class StaticValues {
 public:
  explicit StaticValues(const dlc::Tensor& tensor);

  std::uint64_t count() const { return count_; }

  // Fills `values` with the elements from `first` on, in row-major order: codes as the numbers that
  // the encoding makes of them, others as they are, in float32.
  void Read(std::uint64_t first, std::span<float> values) const;
  // The same, exact for all integers below 2^53.
  void Read(std::uint64_t first, std::span<double> values) const;

  // Their bytes need not stay in memory.
  void Release(std::uint64_t first, std::uint64_t count) const;

 private:
  const dlc::Tensor& tensor_;
  std::uint64_t count_ = 0;
  bool packed_ = false;  // Two elements a byte.
};

// How many elements to read at once, so that memory does not grow with the tensor.
inline constexpr std::size_t kPieceElements = std::size_t{1} << 16;

// Calls `take` with all elements, piece by piece, each of which leaves the memory afterwards.
template <typename Take>
void ForEachPiece(const StaticValues& values, const Take& take) {
  std::vector<float> piece(std::min<std::uint64_t>(values.count(), kPieceElements));
  for (std::uint64_t first = 0; first < values.count(); first += piece.size()) {
    piece.resize(std::min<std::uint64_t>(values.count() - first, piece.size()));
    values.Read(first, piece);
    take(std::span<const float>(piece));
    values.Release(first, piece.size());
  }
}

}  // namespace acc::features

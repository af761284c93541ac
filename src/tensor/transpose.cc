// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/transpose.h"

#include <algorithm>
#include <cstring>

namespace acc {
namespace {

using Four [[gnu::vector_size(4 * sizeof(float))]] = float;
constexpr std::size_t kSide = 4;
constexpr std::size_t kLineFloats = 16;

void TransposeFour(const float* from, std::size_t columns, float* to, std::size_t rows) {
  Four a, b, c, d;
  std::memcpy(&a, from, sizeof a);
  std::memcpy(&b, from + columns, sizeof b);
  std::memcpy(&c, from + 2 * columns, sizeof c);
  std::memcpy(&d, from + 3 * columns, sizeof d);
  const Four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Four cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  b = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  c = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
  std::memcpy(to, &a, sizeof a);
  std::memcpy(to + rows, &b, sizeof b);
  std::memcpy(to + 2 * rows, &c, sizeof c);
  std::memcpy(to + 3 * rows, &d, sizeof d);
}

}  // namespace

void Transpose(const float* from, std::size_t rows, std::size_t columns, float* to) {
  const std::size_t whole_rows = rows - rows % kSide;
  // One cache line of every source row at a time, so that each line is fetched once.
  for (std::size_t first = 0; first < columns; first += kLineFloats) {
    const std::size_t last = std::min(first + kLineFloats, columns);
    const std::size_t whole_last = last - (last - first) % kSide;
    for (std::size_t row = 0; row < whole_rows; row += kSide) {
      for (std::size_t column = first; column < whole_last; column += kSide) {
        TransposeFour(from + row * columns + column, columns, to + column * rows + row, rows);
      }
    }
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t begin = row < whole_rows ? whole_last : first;
      for (std::size_t column = begin; column < last; ++column) {
        to[column * rows + row] = from[row * columns + column];
      }
    }
  }
}

}  // namespace acc

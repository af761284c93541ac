// SPDX-License-Identifier: BSD-3-Clause
// Moves a matrix that lies in the cache into the other storage order.
#pragma once

#include <cstddef>

namespace acc {

// to[column * rows + row] = from[row * columns + column] for all of them.
void Transpose(const float* from, std::size_t rows, std::size_t columns, float* to);

}  // namespace acc

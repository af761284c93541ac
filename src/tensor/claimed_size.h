// SPDX-License-Identifier: BSD-3-Clause
// How much is made where nothing but declared dims says how many values there are: a file can claim
// any number of channels.
#pragma once

#include <cstdint>

#include "tensor/shape.h"

namespace acc {

// More channels or cells than a real model has.
inline constexpr std::int64_t kMostClaimed = std::int64_t{1} << 24;

// Whether a constant of such dims may be made; not where a dimension is unknown or negative.
inline bool MayBeMade(const Shape& dims) {
  return ElementCount(dims).value_or(kMostClaimed + 1) <= std::uint64_t{kMostClaimed};
}

}  // namespace acc

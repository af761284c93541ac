// SPDX-License-Identifier: BSD-3-Clause
// How much is made where nothing but declared dims says how many values there are: a file can claim
// any number of channels.
#pragma once

#include <cstdint>

namespace acc {

// More channels or cells than a real model has.
inline constexpr std::int64_t kMostClaimed = std::int64_t{1} << 24;

}  // namespace acc

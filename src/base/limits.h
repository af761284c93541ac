// SPDX-License-Identifier: BSD-3-Clause
// What the system lets this process use.
#pragma once

#include <cstdint>
#include <optional>

namespace acc {

// Bytes of address space ("ulimit -v"); nothing where there is no limit.
std::optional<std::uint64_t> AddressSpaceLimit();

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
// What the system lets this process use, and sums that stay within 64 bits.
#pragma once

#include <cstdint>
#include <string>

namespace acc {

// "This process may use 195 MB of address space (ulimit -v)": where the system sets a limit, that
// explains more than what a library says that failed. Empty where there is none.
std::string AddressSpaceNote();

// The largest number of 64 bits where the sum is larger: for sizes that a file merely claims.
std::uint64_t SumOrMost(std::uint64_t one, std::uint64_t other);

}  // namespace acc

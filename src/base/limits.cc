// SPDX-License-Identifier: BSD-3-Clause
#include "base/limits.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <limits>

namespace acc {

std::string AddressSpaceNote() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return "";
  return fmt::format("This process may use {} MB of address space (ulimit -v)",
                     limit.rlim_cur >> 20);
}

std::uint64_t SumOrMost(std::uint64_t one, std::uint64_t other) {
  const std::uint64_t sum = one + other;
  return sum < one ? std::numeric_limits<std::uint64_t>::max() : sum;
}

}  // namespace acc

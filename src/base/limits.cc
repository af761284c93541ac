// SPDX-License-Identifier: BSD-3-Clause
#include "base/limits.h"

#include <sys/resource.h>

namespace acc {

std::optional<std::uint64_t> AddressSpaceLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

}  // namespace acc

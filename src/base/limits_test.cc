// SPDX-License-Identifier: BSD-3-Clause
#include "base/limits.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <limits>

namespace acc {
namespace {

TEST(AddressSpace, ALimitIsSaid) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit limited = before;
  limited.rlim_cur = rlim_t{1} << 46;  // More than any sanitizer maps.
  ASSERT_EQ(setrlimit(RLIMIT_AS, &limited), 0);
  const std::string note = AddressSpaceNote();
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_EQ(note, "This process may use 67108864 MB of address space (ulimit -v)");
  if (before.rlim_cur == RLIM_INFINITY) {
    EXPECT_EQ(AddressSpaceNote(), "");
  }
}

TEST(SumOrMost, StaysWithin64Bits) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(SumOrMost(2, 3), 5U);
  EXPECT_EQ(SumOrMost(kMost - 1, 1), kMost);
  EXPECT_EQ(SumOrMost(kMost, 1), kMost);
}

}  // namespace
}  // namespace acc

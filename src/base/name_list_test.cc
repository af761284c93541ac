// SPDX-License-Identifier: BSD-3-Clause
#include "base/name_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acc {
namespace {

TEST(FewNamesTest, TellsTheFirstAndWhetherThereAreMore) {
  const std::vector<std::string> names = {"a", "b\x1b", "c"};
  EXPECT_EQ(FewNames(names, 3), "'a', 'b\\x1b', 'c'");
  EXPECT_EQ(FewNames(names, 2), "'a', 'b\\x1b', …");
  EXPECT_EQ(FewNames({}, 2), "none");
}

}  // namespace
}  // namespace acc

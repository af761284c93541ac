// SPDX-License-Identifier: BSD-3-Clause
#include "model/unique_names.h"

#include <gtest/gtest.h>

namespace acc::model {
namespace {

TEST(UniqueNamesTest, KeepsFreeNamesAndNumbersTakenOnes) {
  UniqueNames names;
  EXPECT_EQ(names.Take("a"), "a");
  EXPECT_EQ(names.Take("a"), "a_1");
  EXPECT_EQ(names.Take("a"), "a_2");
  EXPECT_EQ(names.Take("b"), "b");
}

TEST(UniqueNamesTest, SkipsSuffixesThatAreTaken) {
  UniqueNames names;
  names.Take("a_1");
  names.Take("a");
  EXPECT_EQ(names.Take("a"), "a_2");
  EXPECT_EQ(names.Take("a_1"), "a_1_1");
  EXPECT_TRUE(names.Contains("a_1_1"));
  EXPECT_FALSE(names.Contains("a_3"));
}

}  // namespace
}  // namespace acc::model

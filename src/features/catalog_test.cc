// SPDX-License-Identifier: BSD-3-Clause
#include "features/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc::features {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(CatalogTest, EntriesAreSentences) {
  for (const auto& entries : {Frameworks(), Runtimes()}) {
    ASSERT_FALSE(entries.empty());
    for (const CatalogEntry& entry : entries) {
      EXPECT_THAT(std::string(entry.name), Not(HasSubstr(" ")));
      EXPECT_TRUE(entry.summary.ends_with('.')) << entry.name;
    }
  }
  EXPECT_FALSE(Verifiers().empty());
}

}  // namespace
}  // namespace acc::features

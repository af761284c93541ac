// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc::features {
namespace {

using testing::HasSubstr;

TEST(SetVerifiersTest, KnowsNamesInAnyCase) {
  ComparisonOptions options;
  const flags::Flag flag = {.name = "verifier"};
  EXPECT_TRUE(SetVerifiers(flag, {{"sqnr"}}, options).ok());
  EXPECT_EQ(options.default_verifiers, (flags::Occurrences{{"sqnr"}}));
  const Status status = SetVerifiers(flag, {{"cosinesimilarty"}}, options);
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_THAT(status.message(), HasSubstr("CosineSimilarity"));
}

}  // namespace
}  // namespace acc::features

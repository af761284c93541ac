// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/layout_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "verify/files_testing.h"

namespace acc::features {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One pair of files, what is known of them, and how they are compared.
class LayoutCheckTest : public ::testing::Test {
 protected:
  std::vector<float> RandomValues(std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = std::normal_distribution<float>()(random_);
    return values;
  }

  static std::vector<float> Permuted(const std::vector<float>& values, const Shape& dims,
                                     const Permutation& permutation) {
    std::vector<float> result(values.size());
    EXPECT_TRUE(PermuteElements(std::as_bytes(std::span(values)), dims, permutation, sizeof(float),
                                std::as_writable_bytes(std::span(result)))
                    .ok());
    return result;
  }

  std::optional<LayoutDoubt> DoubtOf(const std::vector<float>& golden,
                                     const std::vector<float>& target) {
    verify::PairFiles files = folder_.WritePair(golden, target);
    files.golden_to_target = pair_.golden_to_target;
    files.has_dims = pair_.target.dims.has_value();
    files.dims = pair_.target.dims.value_or(Shape());
    const std::vector<verify::PairJob> jobs = {{files, {}}};
    const auto results = verify::CompareAll(jobs);
    return DoubtLayouts({&pair_, 1}, jobs, results).front();
  }

  verify::TestFolder folder_;
  std::mt19937 random_{1};
  match::Pair pair_;
};

TEST_F(LayoutCheckTest, FindsTheTargetsOrderByTheGoldensDims) {
  pair_.golden.dims = {1, 4, 5, 6};
  const auto golden = RandomValues(120);
  const auto doubt = DoubtOf(golden, Permuted(golden, {1, 4, 5, 6}, {0, 2, 3, 1}));
  ASSERT_TRUE(doubt);
  EXPECT_THAT(doubt->golden_to_target, ElementsAre(0, 2, 3, 1));
  EXPECT_DOUBLE_EQ(doubt->cosine, 1);
  EXPECT_LT(doubt->cosine_compared, 0.5);
  EXPECT_THAT(ToText(*doubt), HasSubstr("axes taken as 0,2,3,1 the cosine is 1 instead of "));
}

TEST_F(LayoutCheckTest, FindsThatNothingWasToBePermuted) {
  pair_.target.dims = {1, 5, 6, 4};
  pair_.golden_to_target = {0, 2, 3, 1};
  const auto values = RandomValues(120);
  const auto doubt = DoubtOf(values, values);
  ASSERT_TRUE(doubt);
  EXPECT_THAT(doubt->golden_to_target, IsEmpty());
  EXPECT_THAT(ToText(*doubt), HasSubstr("with no axis moved"));
}

TEST_F(LayoutCheckTest, FindsAGoldenThatIsChannelLast) {
  pair_.target.dims = pair_.golden.dims = {1, 6, 6, 6};
  const auto target = RandomValues(216);
  const auto doubt = DoubtOf(Permuted(target, {1, 6, 6, 6}, {0, 2, 3, 1}), target);
  ASSERT_TRUE(doubt);
  EXPECT_THAT(doubt->golden_to_target, ElementsAre(0, 3, 1, 2));
}

TEST_F(LayoutCheckTest, LeavesATensorThatIsSimplyWrong) {
  pair_.golden.dims = pair_.target.dims = {1, 4, 5, 6};
  EXPECT_FALSE(DoubtOf(RandomValues(120), RandomValues(120)));
}

TEST_F(LayoutCheckTest, LeavesGoodPairsAndUnknownOrFewElements) {
  const auto golden = RandomValues(120);
  EXPECT_FALSE(DoubtOf(golden, Permuted(golden, {1, 4, 5, 6}, {0, 2, 3, 1}))) << "no dims";
  pair_.golden.dims = {1, 4, 5, 6};
  EXPECT_FALSE(DoubtOf(golden, golden));
  EXPECT_FALSE(DoubtOf(std::vector<float>(120, 0), golden)) << "no direction";
  pair_.golden.dims = {1, 2, 3};
  EXPECT_FALSE(DoubtOf({1, 2, 3, -4, -5, -6}, {1, -4, 2, -5, 3, -6})) << "six elements";
}

TEST_F(LayoutCheckTest, AnUnreadablePairHasNoDoubt) {
  const std::vector<verify::PairJob> jobs(1);
  const std::vector<Result<verify::Comparison>> results = {Failure("gone")};
  EXPECT_FALSE(DoubtLayouts({&pair_, 1}, jobs, results).front());
}

}  // namespace
}  // namespace acc::features

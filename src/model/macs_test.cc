// SPDX-License-Identifier: BSD-3-Clause
#include "model/macs.h"

#include <gtest/gtest.h>

#include <map>

namespace acc::model {
namespace {

class MacsTest : public ::testing::Test {
 protected:
  std::optional<std::uint64_t> Of(const std::string& op_type, std::size_t inputs) {
    node.op_type = op_type;
    node.outputs = {"y"};
    for (std::size_t i = 0; i < inputs; ++i) node.inputs.push_back(std::to_string(i));
    return MultiplyAccumulates(node, [&](const std::string& name) -> const Shape* {
      const auto found = dims.find(name);
      return found == dims.end() ? nullptr : &found->second;
    });
  }
  Node node;
  std::map<std::string, Shape> dims;
};

TEST_F(MacsTest, ConvTakesItsWeightsAtEveryPlaceOfTheOutput) {
  dims = {{"0", {1, 4, 8, 8}}, {"1", {6, 2, 3, 3}}, {"y", {1, 6, 5, 7}}};  // Two groups.
  EXPECT_EQ(Of("Conv", 2), 5U * 7 * 6 * 2 * 3 * 3);
}

TEST_F(MacsTest, ConvTransposeTakesThemAtEveryPlaceOfTheInput) {
  dims = {{"0", {2, 4, 8, 8}}, {"1", {4, 3, 2, 2}}};
  EXPECT_EQ(Of("ConvTranspose", 2), 2U * 8 * 8 * 4 * 3 * 2 * 2);
}

TEST_F(MacsTest, MatrixProducts) {
  dims = {{"0", {5, 3, 4}}, {"1", {4, 7}}, {"y", {5, 3, 7}}};
  EXPECT_EQ(Of("MatMul", 2), 5U * 3 * 7 * 4);
}

TEST_F(MacsTest, GemmKnowsATransposedInput) {
  dims = {{"0", {4, 3}}, {"1", {4, 7}}, {"y", {3, 7}}};
  node.attributes["transA"] = std::int64_t{1};
  EXPECT_EQ(Of("Gemm", 2), 3U * 7 * 4);
}

TEST_F(MacsTest, LstmTakesBothMatricesAtEveryStep) {
  dims = {{"0", {10, 2, 3}}, {"1", {1, 16, 3}}, {"2", {1, 16, 4}}};
  EXPECT_EQ(Of("LSTM", 3), 10U * 2 * (16 * 3 + 16 * 4));
}

TEST_F(MacsTest, NothingForOthersAndForUnknownDims) {
  EXPECT_EQ(Of("Relu", 1), std::nullopt);
  dims = {{"1", {6, 2, 3, 3}}};
  EXPECT_EQ(Of("Conv", 2), std::nullopt);
}

TEST_F(MacsTest, NothingWhereTheNumberHasNoRoom) {
  const std::int64_t big = std::int64_t{1} << 31;
  dims = {{"0", {big, big}}, {"y", {big, big}}};
  EXPECT_EQ(Of("MatMul", 1), std::nullopt);
}

}  // namespace
}  // namespace acc::model

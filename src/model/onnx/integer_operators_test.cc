// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/integer_operators.h"

#include <gtest/gtest.h>

namespace acc::model {
namespace {

constexpr std::int64_t kOpset = 17;

Node RuntimeNode(std::string op_type, std::vector<std::string> inputs) {
  Node node;
  node.op_type = std::move(op_type);
  node.domain = "com.microsoft";
  node.inputs = std::move(inputs);
  node.outputs = {"y"};
  return node;
}

TEST(FloatFormTest, CodesWithoutAScaleHaveNone) {
  Node gemm = RuntimeNode("QGemm", {"a", "as", "az", "b", "bs", "bz", "c", "ys", "yz"});
  ASSERT_TRUE(FloatFormOf(gemm, kOpset));
  EXPECT_EQ(FloatFormOf(gemm, kOpset)->inputs.size(), 3U);
  gemm.inputs[4] = "";
  EXPECT_FALSE(FloatFormOf(gemm, kOpset));
  Node concat = RuntimeNode("QLinearConcat", {"ys", "yz", "a", "as", "az", "b", "bs", "bz"});
  ASSERT_TRUE(FloatFormOf(concat, kOpset));
  concat.inputs[6] = "";
  EXPECT_FALSE(FloatFormOf(concat, kOpset));
}

TEST(FloatFormTest, OnlyAGemmMayHaveAFloatResult) {
  EXPECT_TRUE(FloatFormOf(RuntimeNode("QGemm", {"a", "as", "az", "b", "bs", "bz"}), kOpset));
  EXPECT_FALSE(FloatFormOf(RuntimeNode("QLinearMul", {"a", "as", "az", "b", "bs", "bz"}), kOpset));
  EXPECT_FALSE(FloatFormOf(RuntimeNode("QLinearConcat", {"", "", "a", "as", "az"}), kOpset));
}

// A condition, which comes first, holds no codes.
TEST(FloatFormTest, AConditionIsTakenAsItIs) {
  const auto form = FloatFormOf(
      RuntimeNode("QLinearWhere", {"c", "a", "as", "az", "b", "bs", "bz", "ys", "yz"}), kOpset);
  ASSERT_TRUE(form);
  ASSERT_EQ(form->inputs.size(), 3U);
  EXPECT_EQ(form->inputs[0].tensor, "c");
  EXPECT_EQ(form->inputs[0].scale, "");
}

}  // namespace
}  // namespace acc::model

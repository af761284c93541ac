// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/output_rank.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace acc::model {
namespace {

using Rank = std::optional<std::size_t>;

Rank RankOf(std::string_view op_type, const std::vector<Rank>& inputs,
            std::map<std::string, Attribute> attributes = {}, std::string domain = "") {
  Node node{.name = "n", .op_type = std::string(op_type), .domain = std::move(domain)};
  for (std::size_t i = 0; i < inputs.size(); ++i) node.inputs.push_back("i" + std::to_string(i));
  node.outputs = {"o"};
  for (auto& [name, value] : attributes) node.attributes.insert_or_assign(name, value);
  return OutputRank(node, [&](std::size_t input) { return inputs.at(input); });
}

TEST(OutputRankTest, OfEachUseOfAxes) {
  EXPECT_EQ(RankOf("Conv", {4, 4, 1}), 4);
  EXPECT_EQ(RankOf("Softmax", {3}), 3);
  EXPECT_EQ(RankOf("Concat", {2, 2}), 2);
  EXPECT_EQ(RankOf("Add", {1, 3}), 3);
  EXPECT_EQ(RankOf("Where", {0, 2, 1}), 2);
  EXPECT_EQ(RankOf("Pad", {5, 1}), 5);
  EXPECT_EQ(RankOf("ReduceMean", {4, 1}), 4);
  EXPECT_EQ(RankOf("ReduceMean", {4, 1}, {{"keepdims", std::int64_t{0}}}), std::nullopt);
  EXPECT_EQ(RankOf("Expand", {1, 1}), std::nullopt);
  EXPECT_EQ(RankOf("Reshape", {4, 1}), std::nullopt);
}

TEST(OutputRankTest, OfOperatorsThatMakeAxes) {
  EXPECT_EQ(RankOf("Gemm", {2, 2, 1}), 2);
  EXPECT_EQ(RankOf("MatMul", {1, 1}), 0);
  EXPECT_EQ(RankOf("MatMul", {1, 3}), 2);
  EXPECT_EQ(RankOf("MatMul", {4, 1}), 3);
  EXPECT_EQ(RankOf("MatMul", {2, 4}), 4);
  EXPECT_EQ(RankOf("Gather", {2, 0}), 1);
  EXPECT_EQ(RankOf("Gather", {2, 3}), 4);
  EXPECT_EQ(RankOf("Transpose", {3}), 3);
  EXPECT_EQ(RankOf("Transpose", {std::nullopt}, {{"perm", std::vector<std::int64_t>{1, 0}}}), 2);
}

TEST(OutputRankTest, NothingFromWhatIsNotKnown) {
  EXPECT_EQ(RankOf("Relu", {std::nullopt}), std::nullopt);
  EXPECT_EQ(RankOf("Add", {2, std::nullopt}), std::nullopt);
  EXPECT_EQ(RankOf("MatMul", {2, std::nullopt}), std::nullopt);
  EXPECT_EQ(RankOf("MatMul", {2}), std::nullopt);
  EXPECT_EQ(RankOf("Gather", {0, 1}), std::nullopt);  // There is no axis to gather along.
  EXPECT_EQ(RankOf("Relu", {}), std::nullopt);
  EXPECT_EQ(RankOf("Relu", {2}, {}, "com.somebody"), std::nullopt);
  EXPECT_EQ(RankOf("QLinearAdd", {2, 0, 0, 2}), std::nullopt);
}

}  // namespace
}  // namespace acc::model

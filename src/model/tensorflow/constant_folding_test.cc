// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/constant_folding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>

namespace acc::model::tensorflow {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

using Ints = std::vector<std::int64_t>;

Tensor Scalar(std::int32_t value) {
  return Tensor::FromValues<std::int32_t>(ElementType::kInt32, {}, std::vector{value});
}

Tensor List(const std::vector<std::int32_t>& values) {
  return Tensor::FromValues<std::int32_t>(ElementType::kInt32, {std::ssize(values)}, values);
}

// Nothing where the op is left alone.
std::optional<Ints> Fold(const std::string& type, const std::vector<Tensor>& inputs,
                         const std::map<std::string, std::int64_t>& attributes = {}) {
  GraphBuilder builder("g");
  proto::NodeDef def;
  def.set_name("y");
  def.set_op(type);
  for (const auto& [name, value] : attributes) (*def.mutable_attr())[name].set_i(value);
  Op op{.def = &def};
  for (const Tensor& input : inputs) {
    op.inputs.push_back("in" + std::to_string(op.inputs.size()) + ":0");
    builder.DefineConstant(op.inputs.back(), input);
  }
  if (!FoldConstants(builder, op)) return std::nullopt;
  return ToIntegers(builder.Constant("y:0")->view()).value();
}

TEST(FoldConstants, ComputesWithNumbers) {
  EXPECT_THAT(Fold("AddV2", {Scalar(3), Scalar(4)}), Optional(ElementsAre(7)));
  EXPECT_THAT(Fold("Sub", {Scalar(3), Scalar(4)}), Optional(ElementsAre(-1)));
  EXPECT_THAT(Fold("Mul", {Scalar(3), Scalar(4)}), Optional(ElementsAre(12)));
  EXPECT_THAT(Fold("Less", {Scalar(3), Scalar(4)}), Optional(ElementsAre(1)));
  EXPECT_THAT(Fold("GreaterEqual", {Scalar(3), Scalar(4)}), Optional(ElementsAre(0)));
  EXPECT_THAT(Fold("Minimum", {Scalar(3), Scalar(4)}), Optional(ElementsAre(3)));
}

TEST(FoldConstants, MakesAndReadsLists) {
  EXPECT_THAT(Fold("Range", {Scalar(0), Scalar(5), Scalar(2)}), Optional(ElementsAre(0, 2, 4)));
  EXPECT_THAT(Fold("Range", {Scalar(2), Scalar(0), Scalar(-1)}), Optional(ElementsAre(2, 1)));
  EXPECT_THAT(Fold("Range", {Scalar(0), Scalar(0), Scalar(1)}), Optional(IsEmpty()));
  EXPECT_THAT(Fold("Max", {List({3, 9, 4}), List({0})}), Optional(ElementsAre(9)));
  EXPECT_THAT(Fold("Max", {Scalar(12), List({})}), Optional(ElementsAre(12)));
  EXPECT_THAT(Fold("StridedSlice", {List({7, 8, 9}), List({-1}), List({0}), List({1})},
                   {{"shrink_axis_mask", 1}}),
              Optional(ElementsAre(9)));
}

TEST(FoldConstants, BroadcastsAndJoins) {
  EXPECT_THAT(Fold("AddV2", {List({1, 2}), Scalar(1)}), Optional(ElementsAre(2, 3)));
  EXPECT_THAT(Fold("Prod", {List({3, 4}), Scalar(0)}), Optional(ElementsAre(12)));
  EXPECT_THAT(Fold("StridedSlice", {List({7, 8, 9}), List({1}), List({9}), List({1})}),
              Optional(ElementsAre(8, 9)));
  EXPECT_THAT(Fold("ConcatV2", {List({1}), List({2, 3}), Scalar(0)}),
              Optional(ElementsAre(1, 2, 3)));
  EXPECT_THAT(Fold("Pack", {Scalar(5), Scalar(6)}), Optional(ElementsAre(5, 6)));
  EXPECT_THAT(Fold("GatherV2", {List({7, 8, 9}), List({2, 0}), Scalar(0)}),
              Optional(ElementsAre(9, 7)));
  EXPECT_THAT(Fold("Shape", {List({7, 8, 9})}), Optional(ElementsAre(3)));
  EXPECT_THAT(Fold("Reshape", {List({1, 2, 3, 4}), List({2, -1})}),
              Optional(ElementsAre(1, 2, 3, 4)));
}

TEST(FoldConstants, LeavesTheRest) {
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
  EXPECT_FALSE(Fold("AddV2", {Scalar(kMax), Scalar(1)})) << "it would wrap";
  EXPECT_FALSE(Fold("AddV2", {Scalar(1)}));
  EXPECT_FALSE(Fold("AddV2", {Tensor::FromFloats({}, std::vector{1.0F}), Scalar(1)}))
      << "types differ";
  EXPECT_FALSE(Fold("Range", {Scalar(0), Scalar(5), Scalar(0)})) << "it would never end";
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(Fold("GatherV2", {List({7}), Tensor::FromFloats({}, std::vector{nan}), Scalar(0)}));
  EXPECT_FALSE(Fold("Range", {Scalar(0), Scalar(kMax), Scalar(1)})) << "it would be large";
  EXPECT_FALSE(Fold("Max", {List({}), List({0})}));
  EXPECT_FALSE(Fold("StridedSlice", {List({7, 8, 9}), List({3}), List({4}), List({1})},
                    {{"shrink_axis_mask", 1}}))
      << "there is no element 3";
  EXPECT_FALSE(Fold("StridedSlice", {List({7, 8, 9}), List({0}), List({2}), List({2})}));
}

}  // namespace
}  // namespace acc::model::tensorflow

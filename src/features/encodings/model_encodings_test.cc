// SPDX-License-Identifier: BSD-3-Clause
#include "features/encodings/model_encodings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "features/encodings/dlc_testing.h"

namespace acc::features {
namespace {

using dlc::DataType;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(EncodingsOfTest, StaticTensorsAreParams) {
  dlc::Model model;
  dlc::Graph& graph = model.graphs.emplace_back();
  graph.tensors = {With(Activation("x", DataType::kUfixed8, {2}), PerTensor(0.5, -3)),
                   With(StaticTensor<std::int8_t>(model, "w", DataType::kSfixed8, {2}, {1, 2}),
                        PerChannel({1, 2}, 0)),
                   Activation("half", DataType::kFloat16, {2}),
                   Activation("index", DataType::kInt32, {2})};
  const ModelEncodings encodings = EncodingsOf(model);
  ASSERT_THAT(encodings.tensors, SizeIs(3));
  const quantize::Overrides overrides = AsOverrides(encodings);
  EXPECT_EQ(overrides.activations.at("x").channels[0].offset, -3);
  EXPECT_EQ(overrides.params.at("w").axis, 0);
  EXPECT_TRUE(overrides.activations.at("half").is_float);
  EXPECT_EQ(overrides.activations.at("half").channels[0].bitwidth, 16);
  EXPECT_THAT(encodings.notes, IsEmpty());
}

TEST(EncodingsOfTest, AFloatModelHasNone) {
  dlc::Model model;
  model.graphs.emplace_back().tensors = {Activation("x", DataType::kFloat32, {2})};
  EXPECT_THAT(EncodingsOf(model).tensors, IsEmpty());
}

TEST(EncodingsOfTest, OfSeveralGraphsTheFirstCounts) {
  dlc::Model model;
  for (const double scale : {1.0, 1.0, 2.0}) {
    dlc::Graph& graph = model.graphs.emplace_back();
    graph.name = "at scale " + std::to_string(scale);
    graph.tensors = {With(Activation("x", DataType::kUfixed8, {2}), PerTensor(scale, 0))};
  }
  const ModelEncodings encodings = EncodingsOf(model);
  ASSERT_THAT(encodings.tensors, SizeIs(1));
  EXPECT_EQ(encodings.tensors[0].encoding.channels[0].scale, 1);
  ASSERT_THAT(encodings.notes, SizeIs(1));
  EXPECT_THAT(encodings.notes[0], HasSubstr("at scale 2"));
}

}  // namespace
}  // namespace acc::features

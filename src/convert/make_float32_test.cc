// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <memory>

#include "convert/convert.h"
#include "convert/convert_testing.h"
#include "convert/float32.h"

namespace acc::convert {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kOnnxFloat = 1;
constexpr std::int64_t kOnnxInt32 = 6;
constexpr std::int64_t kOnnxHalf = 10;
constexpr std::int64_t kOnnxDouble = 11;

Tensor Halves(const std::vector<float>& values) {
  return FromFloatValues(ElementType::kFloat16, {static_cast<std::int64_t>(values.size())}, values)
      .value();
}

TargetGraph Converted(const model::Graph& graph, const std::string& integers = "") {
  FakeOracle oracle;
  oracle.element_types[integers] = ElementType::kInt32;
  auto target = Convert(graph, {}, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  return *std::move(target);
}

TEST(AsFloat32Test, KeepsHalvesAndClampsDoubles) {
  const auto halves = AsFloat32(Halves({1.5F, -0.25F, INFINITY}));
  EXPECT_THAT(halves->values<float>(), ElementsAre(1.5F, -0.25F, INFINITY));
  const std::vector<double> values = {0.1, std::numeric_limits<double>::lowest(), -INFINITY};
  const auto doubles =
      AsFloat32(Tensor::FromValues<double>(ElementType::kFloat64, {3}, std::span(values)));
  EXPECT_THAT(doubles->values<float>(),
              ElementsAre(0.1F, std::numeric_limits<float>::lowest(), -INFINITY));
  EXPECT_TRUE(std::isnan(AsFloat32(Halves({NAN}))->values<float>()[0]));
  EXPECT_EQ(AsFloat32(Int64Tensor({1}, {3}))->type(), ElementType::kInt64);
}

TEST(MakeFloat32Test, TurnsInputsOutputsAndConstants) {
  model::Graph graph = MakeGraph({MakeNode("Mul", {"x", "w"}, {"y"})}, {"y"});
  graph.inputs[0].type = graph.outputs[0].type = ElementType::kFloat16;
  graph.initializers["w"] = Halves({2, 3, 4});
  const TargetGraph target = Converted(graph);
  EXPECT_EQ(target.graph.inputs[0].type, ElementType::kFloat32);
  EXPECT_EQ(target.graph.outputs[0].type, ElementType::kFloat32);
  EXPECT_EQ(target.graph.initializers.at("w").type(), ElementType::kFloat32);
  EXPECT_EQ(target.tensors.at("y").info.type, ElementType::kFloat32);
  EXPECT_THAT(target.made_float32, ElementsAre(ElementType::kFloat16));
}

TEST(MakeFloat32Test, TakesOutCastsBetweenFloats) {
  const model::Graph graph = MakeGraph(
      {MakeNode("Cast", {"x"}, {"h"}, {{"to", kOnnxHalf}}), MakeNode("Abs", {"h"}, {"a"}),
       MakeNode("Cast", {"a"}, {"f"}, {{"to", kOnnxFloat}}), MakeNode("Neg", {"f"}, {"y"})},
      {"y"});
  const TargetGraph target = Converted(graph);
  EXPECT_EQ(FindNode(target.graph, "Cast"), nullptr);
  EXPECT_EQ(Reasons(target).at("h"), "same value as x");
  EXPECT_EQ(Reasons(target).at("f"), "same value as a");
}

TEST(MakeFloat32Test, ChangesOnlyAttributesThatNameAType) {
  const model::Graph graph =
      MakeGraph({MakeNode("Cast", {"x"}, {"i"}, {{"to", kOnnxInt32}}),
                 MakeNode("RandomNormalLike", {"i"}, {"r"}, {{"dtype", kOnnxDouble}}),
                 MakeNode("Concat", {"r", "r"}, {"y"}, {{"axis", kOnnxHalf}})},
                {"y"});
  const TargetGraph target = Converted(graph, "i");
  EXPECT_EQ(FindNode(target.graph, "Cast")->Get<std::int64_t>("to", 0), kOnnxInt32);
  EXPECT_EQ(FindNode(target.graph, "RandomNormalLike")->Get<std::int64_t>("dtype", 0), kOnnxFloat);
  EXPECT_EQ(FindNode(target.graph, "Concat")->Get<std::int64_t>("axis", 0), kOnnxHalf);
}

TEST(MakeFloat32Test, ReachesBodiesAndTensorsInAttributes) {
  auto body = std::make_shared<model::Graph>();
  body->inputs = {{.name = "state", .type = ElementType::kFloat16}};
  body->outputs = {{.name = "next", .type = ElementType::kFloat16}};
  body->nodes = {MakeNode("Cast", {"state"}, {"next"}, {{"to", kOnnxHalf}})};
  body->initializers["unused"] = Halves({1});
  const std::shared_ptr<const model::Graph> held = body;
  const model::Graph graph =
      MakeGraph({MakeNode("Loop", {"", "", "x"}, {"l"}, {{"body", held}}),
                 MakeNode("ConstantOfShape", {"l"}, {"y"}, {{"value", Halves({7})}})},
                {"y"});
  const TargetGraph target = Converted(graph);
  const auto value = FindNode(target.graph, "ConstantOfShape")->Get<Tensor>("value", {});
  EXPECT_EQ(value.type(), ElementType::kFloat32);
  const auto changed = model::Subgraphs(*FindNode(target.graph, "Loop")).front();
  EXPECT_EQ(changed->inputs[0].type, ElementType::kFloat32);
  EXPECT_EQ(changed->outputs[0].type, ElementType::kFloat32);
  EXPECT_EQ(changed->initializers.begin()->second.type(), ElementType::kFloat32);
  EXPECT_EQ(changed->nodes[0].Get<std::int64_t>("to", 0), kOnnxFloat);
  EXPECT_EQ(held->inputs[0].type, ElementType::kFloat16) << "the source must stay as it is";
}

TEST(MakeFloat32Test, LeavesFloat32Models) {
  EXPECT_TRUE(Converted(MakeGraph({MakeNode("Abs", {"x"}, {"y"})}, {"y"})).made_float32.empty());
}

}  // namespace
}  // namespace acc::convert

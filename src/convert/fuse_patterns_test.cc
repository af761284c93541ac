// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include <cmath>
#include <utility>

#include "convert/convert.h"
#include "convert/convert_testing.h"

namespace acc::convert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Nodes = std::vector<model::Node>;

model::Graph WithConstants(Nodes nodes, std::int64_t opset = 17) {
  model::Graph graph = MakeGraph(std::move(nodes), {"y"});
  graph.opsets[""] = opset;
  const auto scalar = [&](const std::string& name, float value) {
    graph.initializers.emplace(name, FloatTensor({}, {value}));
  };
  scalar("root2", std::sqrt(2.0F));
  scalar("inverse_root2", std::sqrt(0.5F));
  scalar("one", 1);
  scalar("two", 2);
  scalar("three", 3);
  scalar("half", 0.5F);
  scalar("cubic", 0.044715F);
  scalar("narrow", 0.7978845608F);
  scalar("epsilon", 1e-5F);
  graph.initializers.emplace("scale", FloatTensor({3}, {1, 2, 3}));
  graph.initializers.emplace("bias", FloatTensor({3}, {4, 5, 6}));
  return graph;
}

TargetGraph Converted(const model::Graph& graph) {
  FakeOracle oracle;
  auto target = Convert(graph, {}, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  return *std::move(target);
}

std::vector<std::string> Operators(const TargetGraph& target) {
  std::vector<std::string> types;
  for (const model::Node& node : target.graph.nodes) types.push_back(node.op_type);
  return types;
}

Nodes GeluOf(Nodes product) {
  Nodes nodes = {MakeNode("Div", {"x", "root2"}, {"d"}), MakeNode("Erf", {"d"}, {"e"}),
                 MakeNode("Add", {"e", "one"}, {"s"})};
  nodes.insert(nodes.end(), product.begin(), product.end());
  return nodes;
}

TEST(FusePatterns, GeluIsOneWhateverTheOrderOfItsFactors) {
  const std::vector<Nodes> products = {
      {MakeNode("Mul", {"x", "s"}, {"m"}), MakeNode("Mul", {"m", "half"}, {"y"})},
      {MakeNode("Mul", {"half", "x"}, {"m"}), MakeNode("Mul", {"m", "s"}, {"y"})},
      {MakeNode("Mul", {"s", "half"}, {"m"}), MakeNode("Mul", {"x", "m"}, {"y"})},
      {MakeNode("Mul", {"x", "s"}, {"m"}), MakeNode("Div", {"m", "two"}, {"y"})},
  };
  for (const Nodes& product : products) {
    const TargetGraph target = Converted(WithConstants(GeluOf(product)));
    ASSERT_THAT(Operators(target), ElementsAre("Gelu"));
    const model::Node& gelu = target.graph.nodes[0];
    EXPECT_EQ(gelu.name, "node_y");
    EXPECT_EQ(gelu.domain, "com.microsoft");
    EXPECT_THAT(gelu.inputs, ElementsAre("x"));
    EXPECT_THAT(Reasons(target).at("e"), HasSubstr("fused into Gelu 'node_y'"));
    EXPECT_TRUE(target.graph.initializers.empty());
  }
}

TEST(FusePatterns, GeluIsTheStandardsOwnFromItsOpsetOn) {
  const auto product =
      Nodes{MakeNode("Mul", {"x", "s"}, {"m"}), MakeNode("Mul", {"m", "half"}, {"y"})};
  const TargetGraph target = Converted(WithConstants(GeluOf(product), 20));
  EXPECT_EQ(target.graph.nodes[0].domain, "");
  EXPECT_EQ(target.graph.nodes[0].Get<std::string>("approximate", ""), "none");
}

Nodes TanhGelu() {
  return {MakeNode("Pow", {"x", "three"}, {"p"}), MakeNode("Mul", {"p", "cubic"}, {"c"}),
          MakeNode("Add", {"x", "c"}, {"u"}),     MakeNode("Mul", {"u", "narrow"}, {"v"}),
          MakeNode("Tanh", {"v"}, {"t"}),         MakeNode("Add", {"t", "one"}, {"s"}),
          MakeNode("Mul", {"x", "s"}, {"m"}),     MakeNode("Mul", {"m", "half"}, {"y"})};
}

TEST(FusePatterns, GeluWithTanhIsFusedWhereTheStandardHasIt) {
  const TargetGraph target = Converted(WithConstants(TanhGelu(), 20));
  ASSERT_THAT(Operators(target), ElementsAre("Gelu"));
  EXPECT_EQ(target.graph.nodes[0].Get<std::string>("approximate", ""), "tanh");
  EXPECT_EQ(Converted(WithConstants(TanhGelu(), 17)).graph.nodes.size(), 8U);
}

TEST(FusePatterns, WhatIsAlmostAPatternStays) {
  const Nodes product = {MakeNode("Mul", {"x", "s"}, {"m"}), MakeNode("Mul", {"m", "half"}, {"y"})};
  model::Graph other_factor = WithConstants(GeluOf(product));
  other_factor.initializers.at("half") = FloatTensor({}, {0.6F});
  EXPECT_EQ(Converted(other_factor).graph.nodes.size(), 5U);
  model::Graph other_root = WithConstants(GeluOf(product));
  other_root.initializers.at("root2") = FloatTensor({}, {1.5F});
  EXPECT_EQ(Converted(other_root).graph.nodes.size(), 5U);
  model::Graph seen = WithConstants(GeluOf(product));
  seen.outputs.push_back(Floats("e", {2, 3}));
  EXPECT_EQ(Converted(seen).graph.nodes.size(), 5U) << "an output lies inside";
  model::Graph own = WithConstants(GeluOf(product));
  own.nodes[1].domain = "somebody.else";
  EXPECT_EQ(Converted(own).graph.nodes.size(), 5U);
  model::Graph encoded = WithConstants(GeluOf(product));
  encoded.source_tensors["e"].encoding = TensorEncoding{};
  for (const char* name : {"x", "d", "s", "m", "y"}) encoded.source_tensors[name];
  EXPECT_EQ(Converted(encoded).graph.nodes.size(), 5U) << "the file says how 'e' is stored";
}

Nodes LayerNorm(model::Node square, model::Node scaled) {
  const std::map<std::string, model::Attribute> last = {{"axes", std::vector<std::int64_t>{-1}}};
  return {MakeNode("ReduceMean", {"x"}, {"mean"}, last),
          MakeNode("Sub", {"x", "mean"}, {"d"}),
          std::move(square),
          MakeNode("ReduceMean", {"q"}, {"variance"}, last),
          MakeNode("Add", {"variance", "epsilon"}, {"v"}),
          MakeNode("Sqrt", {"v"}, {"r"}),
          std::move(scaled),
          MakeNode("Mul", {"n", "scale"}, {"g"}),
          MakeNode("Add", {"g", "bias"}, {"y"})};
}

TEST(FusePatterns, LayerNormalizationIsOne) {
  const std::vector<Nodes> forms = {
      LayerNorm(MakeNode("Pow", {"d", "two"}, {"q"}), MakeNode("Div", {"d", "r"}, {"n"})),
      LayerNorm(MakeNode("Mul", {"d", "d"}, {"q"}), MakeNode("Div", {"d", "r"}, {"n"}))};
  for (const Nodes& nodes : forms) {
    const TargetGraph target = Converted(WithConstants(nodes));
    ASSERT_THAT(Operators(target), ElementsAre("LayerNormalization"));
    EXPECT_THAT(target.graph.nodes[0].inputs, ElementsAre("x", "scale", "bias"));
    EXPECT_EQ(target.graph.nodes[0].Get<float>("epsilon", 0), 1e-5F);
    EXPECT_EQ(target.graph.nodes[0].Get<std::int64_t>("axis", 0), -1);
  }
}

TEST(FusePatterns, AMeanOverAnotherAxisIsNoLayerNormalization) {
  Nodes nodes = LayerNorm(MakeNode("Pow", {"d", "two"}, {"q"}), MakeNode("Div", {"d", "r"}, {"n"}));
  nodes[3].attributes["axes"] = std::vector<std::int64_t>{0};
  EXPECT_EQ(Converted(WithConstants(nodes)).graph.nodes.size(), 9U);
}

TEST(FusePatterns, RmsNormalizationIsOne) {
  const std::map<std::string, model::Attribute> last = {{"axes", std::vector<std::int64_t>{-1}}};
  const Nodes common = {
      MakeNode("Pow", {"x", "two"}, {"q"}), MakeNode("ReduceMean", {"q"}, {"mean"}, last),
      MakeNode("Add", {"mean", "epsilon"}, {"v"}), MakeNode("Sqrt", {"v"}, {"r"})};
  const std::vector<Nodes> quotients = {
      {MakeNode("Div", {"x", "r"}, {"n"})},
      {MakeNode("Reciprocal", {"r"}, {"i"}), MakeNode("Mul", {"x", "i"}, {"n"})},
      {MakeNode("Div", {"one", "r"}, {"i"}), MakeNode("Mul", {"i", "x"}, {"n"})}};
  for (const Nodes& quotient : quotients) {
    Nodes nodes = common;
    nodes.insert(nodes.end(), quotient.begin(), quotient.end());
    nodes.push_back(MakeNode("Mul", {"scale", "n"}, {"y"}));
    EXPECT_THAT(Operators(Converted(WithConstants(nodes))),
                ElementsAre("SimplifiedLayerNormalization"));
    EXPECT_THAT(Operators(Converted(WithConstants(nodes, 23))), ElementsAre("RMSNormalization"));
  }
}

TEST(FusePatterns, HardSwishIsOne) {
  const auto nodes = [](float alpha) {
    return Nodes{MakeNode("HardSigmoid", {"x"}, {"h"}, {{"alpha", alpha}, {"beta", 0.5F}}),
                 MakeNode("Mul", {"h", "x"}, {"y"})};
  };
  EXPECT_THAT(Operators(Converted(WithConstants(nodes(1.0F / 6)))), ElementsAre("HardSwish"));
  EXPECT_THAT(Operators(Converted(WithConstants(nodes(0.2F)))), ElementsAre("HardSigmoid", "Mul"));
  EXPECT_THAT(Operators(Converted(WithConstants(nodes(1.0F / 6), 13))),
              ElementsAre("HardSigmoid", "Mul"));
}

}  // namespace
}  // namespace acc::convert

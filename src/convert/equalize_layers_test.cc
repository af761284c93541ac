// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "convert/convert.h"
#include "convert/convert_testing.h"

namespace acc::convert {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Pair;
using ::testing::SizeIs;

using Pixel = std::vector<double>;

std::vector<float> Random(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> value(0, 1);
  std::vector<float> values(count);
  std::ranges::generate(values, [&] { return value(random); });
  return values;
}

// One pixel through convolutions of size 1 and what lies between them.
Pixel Evaluated(const model::Graph& graph, const Pixel& input) {
  std::map<std::string, Pixel> values = {{graph.inputs.front().name, input}};
  const auto constant = [&](const model::Node& node, std::size_t index) {
    return ToFloats(graph.initializers.at(node.inputs[index]).view()).value();
  };
  for (const model::Node& node : graph.nodes) {
    const Pixel& x = values.at(node.inputs[0]);
    Pixel y = x;
    if (node.op_type == "Conv") {
      const Shape dims = graph.initializers.at(node.inputs[1]).dims();
      const std::vector<float> weight = constant(node, 1);
      const auto outputs = static_cast<std::size_t>(dims[0]);
      const auto inputs = static_cast<std::size_t>(dims[1]);
      const std::size_t in_group =
          outputs / static_cast<std::size_t>(node.Get<std::int64_t>("group", 1));
      y.assign(outputs, 0);
      for (std::size_t o = 0; o < outputs; ++o) {
        if (node.inputs.size() > 2) y[o] = constant(node, 2)[o];
        for (std::size_t i = 0; i < inputs; ++i) {
          y[o] += double{weight[o * inputs + i]} * x[o / in_group * inputs + i];
        }
      }
    }
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (node.op_type == "Relu") y[i] = std::max(x[i], 0.0);
      if (node.op_type == "LeakyRelu") y[i] = x[i] < 0 ? 0.01 * x[i] : x[i];
      if (node.op_type == "PRelu") y[i] = x[i] < 0 ? double{constant(node, 1)[i]} * x[i] : x[i];
    }
    values[node.outputs[0]] = y;
  }
  return values.at(graph.outputs.front().name);
}

// x -> Conv 3 to 4 -> activation -> depthwise Conv -> activation -> Conv 4 to 2 -> y
model::Graph Chain(const std::string& activation) {
  model::Graph graph =
      MakeGraph({MakeNode("Conv", {"x", "w1", "b1"}, {"a"}), MakeNode(activation, {"a"}, {"b"}),
                 MakeNode("Conv", {"b", "w2", "b2"}, {"c"}, {{"group", std::int64_t{4}}}),
                 MakeNode(activation, {"c"}, {"d"}), MakeNode("Conv", {"d", "w3"}, {"y"})},
                {"y"});
  graph.inputs = {Floats("x", {1, 3, 1, 1})};
  graph.initializers["w1"] = FloatTensor({4, 3, 1, 1}, Random(12, 1));
  graph.initializers["b1"] = FloatTensor({4}, Random(4, 2));
  graph.initializers["w2"] = FloatTensor({4, 1, 1, 1}, {100, -0.01F, 1, 3});
  graph.initializers["b2"] = FloatTensor({4}, Random(4, 3));
  graph.initializers["w3"] = FloatTensor({2, 4, 1, 1}, Random(8, 4));
  if (activation == "PRelu") {
    for (std::size_t node : {1, 3}) graph.nodes[node].inputs.emplace_back("slope");
    graph.initializers["slope"] = FloatTensor({4, 1, 1}, {0.1F, -0.5F, 0, 2});
  }
  return graph;
}

TargetGraph Equalized(const model::Graph& graph, bool absorb_biases = false) {
  FakeOracle oracle;
  auto target = Convert(graph, {.equalize_layers = true, .absorb_biases = absorb_biases}, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  return std::move(target).value();
}

void ExpectSameFunction(const model::Graph& one, const model::Graph& other,
                        double tolerance = 1e-5) {
  for (unsigned seed = 10; seed < 40; ++seed) {
    const std::vector<float> values = Random(3, seed);
    const Pixel input(values.begin(), values.end());
    const Pixel expected = Evaluated(one, input);
    const Pixel actual = Evaluated(other, input);
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(actual[i], expected[i], tolerance * (1 + std::abs(expected[i])));
    }
  }
}

// Of each output channel, or of each input channel, of a weight of convolutions of size 1.
std::vector<double> Largest(const Tensor& weight, bool of_output) {
  const auto columns = static_cast<std::size_t>(weight.dims()[1]);
  const auto values = weight.values<float>();
  std::vector<double> largest(of_output ? static_cast<std::size_t>(weight.dims()[0]) : columns);
  for (std::size_t i = 0; i < values.size(); ++i) {
    double& range = largest[of_output ? i / columns : i % columns];
    range = std::max(range, std::abs(double{values[i]}));
  }
  return largest;
}

TEST(EqualizeLayers, GivesAChannelOneRangeInAllThreeLayers) {
  for (const char* activation : {"Relu", "LeakyRelu", "PRelu"}) {
    const model::Graph source = Chain(activation);
    const TargetGraph target = Equalized(source);
    ExpectSameFunction(source, target.graph);
    const auto first = Largest(target.graph.initializers.at("w1"), true);
    const auto middle = Largest(target.graph.initializers.at("w2"), true);
    const auto last = Largest(target.graph.initializers.at("w3"), false);
    const auto r1 = Largest(source.initializers.at("w1"), true);
    const auto r2 = Largest(source.initializers.at("w2"), true);
    const auto r3 = Largest(source.initializers.at("w3"), false);
    for (std::size_t channel = 0; channel < 4; ++channel) {
      const double expected = std::cbrt(r1[channel] * r2[channel] * r3[channel]);
      EXPECT_NEAR(first[channel], expected, 1e-5 * expected);
      EXPECT_NEAR(middle[channel], expected, 1e-5 * expected);
      EXPECT_NEAR(last[channel], expected, 1e-5 * expected);
    }
    ASSERT_THAT(target.equalization.chains, SizeIs(1)) << activation;
    const EqualizedChain& chain = target.equalization.chains.front();
    ASSERT_THAT(chain.layers, SizeIs(3));
    EXPECT_EQ(chain.channels, 4U);
    EXPECT_EQ(chain.layers[1].before.largest, 100);
    EXPECT_NEAR(chain.layers[1].before.smallest, 0.01, 1e-6);
    EXPECT_NEAR(chain.layers[1].after.largest, *std::ranges::max_element(middle), 1e-4);
    EXPECT_THAT(Summary(target.equalization), HasSubstr("3 layers in 1 chains"));
  }
}

TEST(EqualizeLayers, TensorsBetweenAreNoLongerTheSources) {
  const TargetGraph target = Equalized(Chain("Relu"));
  EXPECT_THAT(target.tensors, Contains(Key("a_equalized")));
  EXPECT_EQ(target.tensors.at("a_equalized").source, "");
  EXPECT_EQ(target.tensors.at("y").source, "y");
  for (const char* tensor : {"a", "b", "c", "d"}) {
    EXPECT_THAT(Reasons(target),
                Contains(Pair(tensor, HasSubstr("scaled by cross-layer equalization"))));
  }
}

TEST(EqualizeLayers, IsNotDoneUnlessAskedFor) {
  FakeOracle oracle;
  const auto target = Convert(Chain("Relu"), {}, oracle);
  ASSERT_TRUE(target.ok());
  EXPECT_THAT(target->equalization.chains, IsEmpty());
  EXPECT_EQ(target->graph.initializers.at("w2").values<float>()[0], 100);
}

TEST(EqualizeLayers, LayersOfTwoChainsSettle) {
  model::Graph graph =
      MakeGraph({MakeNode("Conv", {"x", "w1"}, {"a"}), MakeNode("Relu", {"a"}, {"b"}),
                 MakeNode("Conv", {"b", "w2"}, {"c"}), MakeNode("Relu", {"c"}, {"d"}),
                 MakeNode("Conv", {"d", "w3"}, {"y"})},
                {"y"});
  graph.inputs = {Floats("x", {1, 3, 1, 1})};
  graph.initializers["w1"] = FloatTensor({4, 3, 1, 1}, Random(12, 1));
  graph.initializers["w2"] = FloatTensor({5, 4, 1, 1}, Random(20, 2));
  graph.initializers["w3"] = FloatTensor({2, 5, 1, 1}, Random(10, 3));
  const TargetGraph target = Equalized(graph);
  ExpectSameFunction(graph, target.graph);
  ASSERT_THAT(target.equalization.chains, SizeIs(2));
  const auto& weights = target.graph.initializers;
  for (const auto& [one, other] : {std::pair{"w1", "w2"}, {"w2", "w3"}}) {
    const auto makes = Largest(weights.at(one), true);
    const auto reads = Largest(weights.at(other), false);
    for (std::size_t i = 0; i < makes.size(); ++i) EXPECT_NEAR(makes[i] / reads[i], 1, 0.01);
  }
}

TEST(EqualizeLayers, AChannelWithoutWeightsStaysAsItIs) {
  for (const float dead : {0.0F, 1e-30F}) {
    model::Graph graph = Chain("Relu");
    graph.initializers["w2"] = FloatTensor({4, 1, 1, 1}, {100, dead, 1, 3});
    const TargetGraph target = Equalized(graph);
    ExpectSameFunction(graph, target.graph);
    EXPECT_EQ(Largest(target.graph.initializers.at("w1"), true)[1],
              Largest(graph.initializers.at("w1"), true)[1]);
  }
}

TEST(EqualizeLayers, AWeightOfTwoLayersIsScaledForEach) {
  model::Graph graph = Chain("Relu");
  graph.nodes[4] = MakeNode("Conv", {"d", "w2", "b2"}, {"e"}, {{"group", std::int64_t{4}}});
  graph.nodes.push_back(MakeNode("Conv", {"e", "w3"}, {"y"}));
  const TargetGraph target = Equalized(graph);
  ExpectSameFunction(graph, target.graph);
  EXPECT_THAT(target.equalization.chains.front().layers, SizeIs(4));
}

// Chain with a batch norm after the first layer, whose second channel lies far above zero.
TEST(EqualizeLayers, ALargeBiasMovesOn) {
  model::Graph graph = Chain("Relu");
  graph.nodes[0].outputs = {"n"};
  graph.nodes.insert(graph.nodes.begin() + 1,
                     MakeNode("BatchNormalization", {"n", "s", "t", "m", "v"}, {"a"}));
  graph.initializers["s"] = FloatTensor({4}, {1, 0.5F, 1, 1});
  graph.initializers["t"] = FloatTensor({4}, {0, 8, 1, -4});
  graph.initializers["m"] = FloatTensor({4}, {0, 0, 0, 0});
  graph.initializers["v"] = FloatTensor({4}, {1, 1, 1, 1});
  EXPECT_EQ(Equalized(graph).equalization.chains.front().absorbed, 0U);
  const TargetGraph target = Equalized(graph, true);
  EXPECT_THAT(Summary(target.equalization), HasSubstr("the large biases of 1 channels moved on"));
  FakeOracle oracle;
  const auto plain = Convert(graph, {}, oracle);
  ASSERT_TRUE(plain.ok());
  ASSERT_THAT(target.equalization.chains, SizeIs(1));
  EXPECT_EQ(target.equalization.chains.front().absorbed, 1U);
  // The inputs keep the channel above zero by more than three deviations.
  ExpectSameFunction(plain->graph, target.graph);
  const auto bias = target.graph.initializers.at("b1").values<float>();
  const auto weight = Largest(target.graph.initializers.at("w1"), true);
  const auto before = plain->graph.initializers.at("b1").values<float>();
  const auto weight_before = Largest(plain->graph.initializers.at("w1"), true);
  const double scale = weight[1] / weight_before[1];
  EXPECT_NEAR(bias[1], scale * (double{before[1]} - (8 - 3 * 0.5)), 1e-4 * scale);
}

TEST(EqualizeLayers, WhereNothingFitsItSaysWhy) {
  const std::vector<std::pair<model::Node, std::string>> between = {
      {MakeNode("Sigmoid", {"a"}, {"b"}), "Sigmoid 'node_b' does not commute"},
      {MakeNode("Clip", {"a", "zero", "six"}, {"b"}), "Clip 'node_b' ends at 6"},
      {MakeNode("Clip", {"a", "six"}, {"b"}), "does not begin at 0"}};
  for (const auto& [node, reason] : between) {
    model::Graph graph = MakeGraph(
        {MakeNode("Conv", {"x", "w1"}, {"a"}), node, MakeNode("Conv", {"b", "w2"}, {"y"})}, {"y"});
    graph.inputs = {Floats("x", {1, 3, 1, 1})};
    graph.initializers["w1"] = FloatTensor({4, 3, 1, 1}, Random(12, 1));
    graph.initializers["w2"] = FloatTensor({5, 4, 1, 1}, Random(20, 2));
    graph.initializers["zero"] = FloatTensor({}, {0});
    graph.initializers["six"] = FloatTensor({}, {6});
    const TargetGraph target = Equalized(graph);
    EXPECT_THAT(target.equalization.chains, IsEmpty());
    EXPECT_THAT(Summary(target.equalization),
                HasSubstr("no pair of layers can be equalized: after 'node_a', "));
    EXPECT_THAT(Summary(target.equalization), HasSubstr(reason));
    EXPECT_EQ(target.tensors.at("a").source, "a");
  }
  EXPECT_THAT(Summary({}), HasSubstr("no pair of layers can be equalized"));
}

TEST(EqualizeLayers, AClipWithoutAnEndIsARelu) {
  model::Graph graph = Chain("Relu");
  graph.nodes[1] = MakeNode("Clip", {"a", "zero"}, {"b"});
  graph.initializers["zero"] = FloatTensor({}, {0});
  EXPECT_THAT(Equalized(graph).equalization.chains, SizeIs(1));
}

TEST(EqualizeLayers, ASecondReaderEndsTheChain) {
  model::Graph graph = Chain("Relu");
  graph.nodes.push_back(MakeNode("Relu", {"b"}, {"z"}));
  graph.outputs.push_back(Floats("z", {}));
  const TargetGraph target = Equalized(graph);
  ASSERT_THAT(target.equalization.chains, SizeIs(1));
  EXPECT_THAT(target.equalization.chains.front().layers, SizeIs(2));
  EXPECT_EQ(target.equalization.obstacles.front().reason, "'b' is read by 2 nodes");
  EXPECT_EQ(target.tensors.at("b").source, "b");
}

}  // namespace
}  // namespace acc::convert

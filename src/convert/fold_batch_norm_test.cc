// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include <cmath>

#include "convert/convert.h"
#include "convert/convert_testing.h"

namespace acc::convert {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr float kEpsilon = 0.001F;
const std::vector<float> kScale = {2, -1, 0.5F, 3};
const std::vector<float> kBias = {1, 2, 3, 4};
const std::vector<float> kMean = {0.5F, 0, -1, 2};
const std::vector<float> kVariance = {4, 1, 0.25F, 9};

double Factor(std::size_t channel) {
  return double{kScale[channel]} / std::sqrt(double{kVariance[channel]} + double{kEpsilon});
}
double Shifted(std::size_t channel, double value) {
  return (value - double{kMean[channel]}) * Factor(channel) + double{kBias[channel]};
}

std::vector<float> Counting(std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t index = 0; index < count; ++index)
    values[index] = static_cast<float>(index) + 0.25F;
  return values;
}

// x -> `linear` -> a -> BatchNormalization of four channels -> y
model::Graph WithBatchNorm(model::Node linear, Shape weight_dims, bool with_bias) {
  model::Graph graph = MakeGraph(
      {std::move(linear),
       MakeNode("BatchNormalization", {"a", "s", "b", "m", "v"}, {"y"}, {{"epsilon", kEpsilon}})},
      {"y"});
  graph.nodes[0].inputs = {"x", "w"};
  if (with_bias) graph.nodes[0].inputs.emplace_back("bias");
  graph.nodes[0].outputs = {"a"};
  graph.initializers["w"] = FloatTensor(weight_dims, Counting(*ElementCount(weight_dims)));
  graph.initializers["bias"] = FloatTensor({4}, {10, 20, 30, 40});
  graph.initializers["s"] = FloatTensor({4}, kScale);
  graph.initializers["b"] = FloatTensor({4}, kBias);
  graph.initializers["m"] = FloatTensor({4}, kMean);
  graph.initializers["v"] = FloatTensor({4}, kVariance);
  return graph;
}

TargetGraph Converted(const model::Graph& graph, const Options& options = {}) {
  FakeOracle oracle;
  auto target = Convert(graph, options, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  return std::move(target).value();
}

// The channel of an element of a weight with these indices.
using ChannelOf = std::size_t (*)(const std::vector<std::size_t>& indices);

struct Case {
  model::Node linear;
  Shape weight_dims;
  ChannelOf channel_of;
  std::string folded_type;
};

std::vector<Case> Cases() {
  return {
      {MakeNode("Conv", {}, {"a"}), {4, 3, 2, 2}, [](const auto& at) { return at[0]; }, "Conv"},
      {MakeNode("Conv", {}, {"a"}), {4, 3, 2}, [](const auto& at) { return at[0]; }, "Conv"},
      {MakeNode("Conv", {}, {"a"}, {{"group", std::int64_t{4}}}),
       {4, 1, 3, 3},
       [](const auto& at) { return at[0]; },
       "Conv"},
      {MakeNode("ConvTranspose", {}, {"a"}),
       {3, 4, 2, 2},
       [](const auto& at) { return at[1]; },
       "ConvTranspose"},
      {MakeNode("ConvTranspose", {}, {"a"}, {{"group", std::int64_t{2}}}),
       {6, 2, 2, 2},
       [](const auto& at) { return at[0] / 3 * 2 + at[1]; },
       "ConvTranspose"},
      {MakeNode("Gemm", {}, {"a"}), {3, 4}, [](const auto& at) { return at[1]; }, "Gemm"},
      {MakeNode("Gemm", {}, {"a"}, {{"transB", std::int64_t{1}}}),
       {4, 3},
       [](const auto& at) { return at[0]; },
       "Gemm"},
      {MakeNode("MatMul", {}, {"a"}), {3, 4}, [](const auto& at) { return at[1]; }, "Gemm"},
  };
}

// Every index of a tensor of these dims, in row-major order.
std::vector<std::vector<std::size_t>> Indices(const Shape& dims) {
  std::vector<std::vector<std::size_t>> all = {{}};
  for (const std::int64_t dim : dims) {
    std::vector<std::vector<std::size_t>> longer;
    for (const auto& prefix : all) {
      for (std::size_t index = 0; index < static_cast<std::size_t>(dim); ++index) {
        longer.push_back(prefix);
        longer.back().push_back(index);
      }
    }
    all = std::move(longer);
  }
  return all;
}

TEST(FoldBatchNormTest, ScalesEachChannelOfEveryLinearOperator) {
  for (const Case& one : Cases()) {
    for (const bool with_bias : {false, true}) {
      if (with_bias && one.linear.op_type == "MatMul") continue;
      const TargetGraph target = Converted(WithBatchNorm(one.linear, one.weight_dims, with_bias));
      ASSERT_THAT(target.graph.nodes, SizeIs(1)) << one.linear.op_type;
      const model::Node& node = target.graph.nodes[0];
      EXPECT_EQ(node.op_type, one.folded_type);
      EXPECT_THAT(node.outputs, ElementsAre("y"));
      EXPECT_EQ(target.tensors.at("y").source, "y");
      EXPECT_THAT(Reasons(target), Contains(Pair("a", "BatchNormalization folded into node_a")));

      const Tensor& weight = target.graph.initializers.at(node.inputs[1]);
      EXPECT_EQ(weight.dims(), one.weight_dims);
      const auto indices = Indices(one.weight_dims);
      for (std::size_t element = 0; element < indices.size(); ++element) {
        const double before = static_cast<double>(element) + 0.25;
        const double expected = before * Factor(one.channel_of(indices[element]));
        EXPECT_EQ(weight.values<float>()[element], static_cast<float>(expected))
            << one.linear.op_type << " " << element;
      }
      const Tensor& bias = target.graph.initializers.at(node.inputs[2]);
      EXPECT_EQ(bias.dims(), Shape{4});
      for (std::size_t channel = 0; channel < 4; ++channel) {
        const double before = with_bias ? 10.0 * (static_cast<double>(channel) + 1) : 0;
        EXPECT_THAT(bias.values<float>()[channel],
                    FloatEq(static_cast<float>(Shifted(channel, before))));
      }
    }
  }
}

TEST(FoldBatchNormTest, GemmsBetaGoesIntoTheBias) {
  const TargetGraph target = Converted(
      WithBatchNorm(MakeNode("Gemm", {}, {"a"}, {{"beta", 0.5F}, {"alpha", 2.0F}}), {3, 4}, true));
  const model::Node& node = target.graph.nodes[0];
  EXPECT_EQ(node.Get<float>("beta", 1), 1);
  EXPECT_EQ(node.Get<float>("alpha", 1), 2);
  EXPECT_THAT(target.graph.initializers.at(node.inputs[2]).values<float>()[3],
              FloatEq(static_cast<float>(Shifted(3, 20))));
}

TEST(FoldBatchNormTest, FoldsStatisticsWhereNoLinearOperatorComesBefore) {
  const TargetGraph target = Converted([] {
    model::Graph graph = WithBatchNorm(MakeNode("Relu", {}, {"a"}), {4, 1, 1, 1}, false);
    graph.nodes[0].inputs = {"x"};
    return graph;
  }());
  ASSERT_THAT(target.graph.nodes, SizeIs(2));
  const model::Node& node = target.graph.nodes[1];
  EXPECT_THAT(node.inputs, ElementsAre("a", "s", "b", "m", "v"));
  EXPECT_EQ(node.Get<float>("epsilon", 1), 0);
  const auto& constants = target.graph.initializers;
  for (std::size_t channel = 0; channel < 4; ++channel) {
    EXPECT_EQ(constants.at("s").values<float>()[channel], static_cast<float>(Factor(channel)));
    EXPECT_THAT(constants.at("b").values<float>()[channel],
                FloatEq(static_cast<float>(Shifted(channel, 0))));
  }
  EXPECT_THAT(constants.at("m").values<float>(), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(constants.at("v").values<float>(), ElementsAre(1, 1, 1, 1));
}

TEST(FoldBatchNormTest, KeepsTheNamesOfWeightsThatNobodyElseReads) {
  const TargetGraph target =
      Converted(WithBatchNorm(MakeNode("Conv", {}, {"a"}), {4, 1, 1, 1}, true));
  EXPECT_THAT(target.graph.nodes[0].inputs, ElementsAre("x", "w", "bias"));
  EXPECT_THAT(target.graph.initializers, SizeIs(2)) << "the batch norm's own are gone";
}

TEST(FoldBatchNormTest, LeavesAWeightThatOthersRead) {
  model::Graph graph = WithBatchNorm(MakeNode("Conv", {}, {"a"}), {4, 1, 1, 1}, false);
  graph.nodes.push_back(MakeNode("Conv", {"x", "w"}, {"z"}));
  graph.outputs.push_back(Floats("z", {}));
  const TargetGraph target = Converted(graph);
  EXPECT_THAT(target.graph.initializers.at("w").values<float>(),
              ElementsAre(0.25F, 1.25F, 2.25F, 3.25F));
  EXPECT_THAT(target.graph.nodes[0].inputs, ElementsAre("x", "w_1", "node_a_bias"));
}

TEST(FoldBatchNormTest, FoldsABiasThatIsAddedBehindAConvolution) {
  for (const Shape& dims : {Shape{1, 4, 1, 1}, Shape{4, 1, 1}}) {
    for (const bool constant_first : {false, true}) {
      model::Graph graph = WithBatchNorm(MakeNode("Conv", {}, {"a"}), {4, 1, 1, 1}, false);
      graph.initializers["c"] = FloatTensor(dims, {10, 20, 30, 40});
      graph.nodes.insert(graph.nodes.begin() + 1, constant_first
                                                      ? MakeNode("Add", {"c", "a"}, {"sum"})
                                                      : MakeNode("Add", {"a", "c"}, {"sum"}));
      graph.nodes[2].inputs[0] = "sum";
      const TargetGraph target = Converted(graph);
      ASSERT_THAT(target.graph.nodes, SizeIs(1));
      EXPECT_THAT(target.graph.initializers.at("node_a_bias").values<float>()[2],
                  FloatEq(static_cast<float>(Shifted(2, 30))));
      EXPECT_THAT(Reasons(target), Contains(Pair("a", "Add folded into node_a")));
      EXPECT_THAT(Reasons(target), Contains(Pair("sum", "BatchNormalization folded into node_a")));
    }
  }
}

// A change that must keep the second node from being folded.
using Change = void (*)(model::Graph&);

TEST(FoldBatchNormTest, LeavesWhatWouldChangeTheModel) {
  const std::vector<std::pair<std::string, Change>> changes = {
      {"another reader",
       [](model::Graph& g) {
         g.nodes.push_back(MakeNode("Neg", {"a"}, {"z"}));
         g.outputs.push_back(Floats("z", {}));
       }},
      {"an output", [](model::Graph& g) { g.outputs.push_back(Floats("a", {})); }},
      {"training",
       [](model::Graph& g) { g.nodes[1].attributes["training_mode"] = std::int64_t{1}; }},
      {"a weight that is no constant",
       [](model::Graph& g) {
         g.initializers.erase("w");
         g.inputs.push_back(Floats("w", {4, 1, 1, 1}));
       }},
      {"a mean that is no constant",
       [](model::Graph& g) {
         g.initializers.erase("m");
         g.inputs.push_back(Floats("m", {4}));
       }},
      {"another number of channels",
       [](model::Graph& g) {
         g.initializers["v"] = FloatTensor({2}, {1, 1});
       }},
      {"a variance that makes infinity",
       [](model::Graph& g) {
         g.initializers["v"] = FloatTensor({4}, {-kEpsilon, 1, 1, 1});
       }},
      {"an Add that is not per channel",
       [](model::Graph& g) {
         g.initializers["c"] = FloatTensor({4}, {1, 2, 3, 4});
         g.nodes[1] = MakeNode("Add", {"a", "c"}, {"y"});
       }},
      {"an Add behind a bias",
       [](model::Graph& g) {
         g.nodes[0].inputs.emplace_back("bias");
         g.initializers["c"] = FloatTensor({4, 1, 1}, {1, 2, 3, 4});
         g.nodes[1] = MakeNode("Add", {"a", "c"}, {"y"});
       }},
      {"an Add of two tensors",
       [](model::Graph& g) {
         g.nodes[1] = MakeNode("Add", {"a", "x"}, {"y"});
       }},
      {"an Add of a tensor with itself",
       [](model::Graph& g) {
         g.nodes[1] = MakeNode("Add", {"a", "a"}, {"y"});
       }},
  };
  for (const auto& [what, change] : changes) {
    model::Graph graph = WithBatchNorm(MakeNode("Conv", {}, {"a"}), {4, 1, 1, 1}, false);
    change(graph);
    const std::size_t nodes = graph.nodes.size();
    EXPECT_THAT(Converted(graph).graph.nodes, SizeIs(nodes)) << what;
  }
}

TEST(FoldBatchNormTest, AMatMulOfMoreAxesStays) {
  model::Graph graph = WithBatchNorm(MakeNode("MatMul", {}, {"a"}), {3, 4}, false);
  graph.inputs[0].dims = {2, 5, 3};
  EXPECT_THAT(Converted(graph).graph.nodes, SizeIs(2));
}

// x -> Conv -> a -> Mul -> b -> Add -> y, as a channel-last file has batch norms that were taken
// apart.
model::Graph WithParts() {
  model::Graph graph =
      MakeGraph({MakeNode("Conv", {"x", "w"}, {"a"}), MakeNode("Mul", {"a", "factor"}, {"b"}),
                 MakeNode("Add", {"b", "term"}, {"y"})},
                {"y"});
  graph.initializers["w"] = FloatTensor({4, 1, 1, 1}, {1, 2, 3, 4});
  graph.initializers["factor"] = FloatTensor({4, 1, 1}, {2, 3, 4, 5});
  graph.initializers["term"] = FloatTensor({1, 4, 1, 1}, {5, 6, 7, 8});
  for (const char* name : {"x", "a", "b", "y"}) {
    graph.source_tensors[name] = {.type = ElementType::kFloat32};
  }
  graph.source_tensors["a"].held = AxisOrder::kChannelFirst;
  return graph;
}

TEST(FoldBatchNormTest, TranslatedGraphsFoldFactorsAndTermsPerChannel) {
  const TargetGraph target = Converted(WithParts());
  ASSERT_THAT(target.graph.nodes, SizeIs(1));
  const model::Node& conv = target.graph.nodes[0];
  EXPECT_THAT(target.graph.initializers.at("w").values<float>(), ElementsAre(2, 6, 12, 20));
  EXPECT_THAT(target.graph.initializers.at(conv.inputs[2]).values<float>(),
              ElementsAre(5, 6, 7, 8));
}

TEST(FoldBatchNormTest, FactorsStayInOnnxModelsAndWhereTheFileQuantizes) {
  model::Graph onnx = WithParts();
  onnx.source_tensors.clear();
  EXPECT_THAT(Converted(onnx).graph.nodes, SizeIs(3));
  model::Graph quantized = WithParts();
  quantized.source_tensors["a"].encoding = TensorEncoding{};
  EXPECT_THAT(Converted(quantized).graph.nodes, SizeIs(3));
  quantized = WithParts();
  quantized.source_params["w"] = {};
  EXPECT_THAT(Converted(quantized).graph.nodes, SizeIs(3));
}

TEST(FoldBatchNormTest, EncodingsOfTheFileGoWithTheWeightsThatTheyAreOf) {
  model::Graph graph = WithBatchNorm(MakeNode("Conv", {}, {"a"}), {4, 1, 1, 1}, false);
  graph.source_params["w"] = {};
  const TargetGraph target = Converted(graph);
  EXPECT_THAT(target.graph.nodes, SizeIs(1));
  EXPECT_TRUE(target.graph.source_params.empty());
}

TEST(FoldBatchNormTest, CanBeSwitchedOff) {
  const model::Graph graph = WithBatchNorm(MakeNode("Conv", {}, {"a"}), {4, 1, 1, 1}, false);
  EXPECT_THAT(Converted(graph, {.fold_batch_norm = false}).graph.nodes, SizeIs(2));
}

}  // namespace
}  // namespace acc::convert

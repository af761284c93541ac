// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/to_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "dlc/dlc_testing.h"
#include "dlc/to_graph/operators.h"
#include "model/onnx/onnx_format.h"

namespace acc::dlc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<TranslatedGraph> Translate(TestModel& model) {
  return ToGraph(model.model(), model.graph());
}

std::string WhyNot(TestModel& model) { return Translate(model).status().message(); }

std::vector<std::string> OpTypes(const model::Graph& graph) {
  std::vector<std::string> types;
  for (const model::Node& node : graph.nodes) types.push_back(node.op_type);
  return types;
}

const model::Node& NodeOf(const model::Graph& graph, const std::string& output) {
  return *std::ranges::find_if(graph.nodes, [&](const model::Node& node) {
    return std::ranges::find(node.outputs, output) != node.outputs.end();
  });
}

TensorEncoding PerTensor(int bitwidth, double scale, std::int64_t offset) {
  return {.channels = {TestEncoding(bitwidth, scale, offset)}, .axis = std::nullopt};
}

// x, channel-first as in the source, through a convolution of 2 channels to 3 and back.
TestModel Convolution() {
  TestModel model;
  model.Input("x", {1, 2, 4, 5});
  model.Native("x_last", {1, 4, 5, 2});
  model.Native("conv", {1, 4, 5, 3});
  model.Output("y", {1, 3, 4, 5});
  model.Floats("w", {1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  model.Floats("b", {3}, {7, 8, 9});
  model.AddNode("Transpose", {"x"}, {"x_last"}, {model.List("perm", {0, 2, 3, 1})});
  model.AddNode("Conv2d", {"x_last", "w", "b"}, {"conv"},
                {model.List("stride", {1, 1}),
                 model.List<std::uint32_t>("pad_amount", {2, 2}, {0, 1, 2, 3}, DataType::kUint32)});
  model.AddNode("Transpose", {"conv"}, {"y"}, {model.List("perm", {0, 3, 1, 2})});
  return model;
}

TEST(ToGraphTest, RunsSpatialOperatorsChannelFirst) {
  TestModel model = Convolution();
  const auto translated = Translate(model);
  ASSERT_TRUE(translated.ok()) << translated.status().message();
  const model::Graph& graph = translated->graph;
  EXPECT_THAT(OpTypes(graph), ElementsAre("Identity", "Conv", "Identity"));
  const model::Node& conv = NodeOf(graph, "conv");
  EXPECT_THAT(conv.inputs, ElementsAre("x_last", "w", "b"));
  EXPECT_THAT(conv.Get("pads", std::vector<std::int64_t>()), ElementsAre(0, 2, 1, 3));
  EXPECT_THAT(graph.initializers.at("w").dims(), ElementsAre(3, 2, 1, 1));
  EXPECT_THAT(graph.initializers.at("w").values<float>(), ElementsAre(1, 4, 2, 5, 3, 6));
  const TranslatedTensor& made = translated->tensors.at("conv");
  EXPECT_EQ(made.axis_order, AxisOrder::kChannelLast);
  EXPECT_THAT(made.info.dims, ElementsAre(1, 3, 4, 5));
  EXPECT_EQ(translated->tensors.at("y").axis_order, AxisOrder::kSource);
  ASSERT_EQ(graph.outputs.size(), 1U);
  EXPECT_EQ(graph.outputs[0].name, "y");
  EXPECT_FALSE(translated->tensors.contains("w"));
}

TEST(ToGraphTest, OutputsAreAsStoredUnderTheirNames) {
  TestModel model = Convolution();
  model.graph().tensors[2].kind = TensorKind::kOutput;  // conv
  const auto translated = Translate(model);
  ASSERT_TRUE(translated.ok()) << translated.status().message();
  EXPECT_EQ(NodeOf(translated->graph, "conv").op_type, "Transpose");
  EXPECT_THAT(NodeOf(translated->graph, "conv").inputs, ElementsAre("conv_channel_first"));
  EXPECT_EQ(NodeOf(translated->graph, "conv_channel_first").op_type, "Conv");
  EXPECT_THAT(translated->tensors.at("conv").info.dims, ElementsAre(1, 4, 5, 3));
  EXPECT_EQ(translated->tensors.at("conv").axis_order, AxisOrder::kSource);
}

TEST(ToGraphTest, ConstantsOfTwoLayoutsAreTwo) {
  TestModel model;
  model.Input("x", {1, 2, 2, 3});
  model.Input("flat", {2, 3});
  model.Native("pool", {1, 2, 2, 3});
  model.Output("sum", {1, 2, 2, 3});
  model.Output("other", {2, 3});
  model.Floats("bias", {3}, {1, 2, 3});
  model.AddNode("PoolMax2d", {"x"}, {"pool"}, {model.List("filter_size", {1, 1})});
  model.AddNode("Eltwise_Binary", {"pool", "bias"}, {"sum"}, {{"operation", std::uint32_t{0}}});
  model.AddNode("ElementWiseAdd", {"flat", "bias"}, {"other"});
  const auto translated = Translate(model);
  ASSERT_TRUE(translated.ok()) << translated.status().message();
  EXPECT_THAT(translated->graph.initializers.at("bias").dims(), ElementsAre(1, 3, 1, 1));
  EXPECT_THAT(translated->graph.initializers.at("bias_channel_last").dims(), ElementsAre(3));
}

TEST(ToGraphTest, AWindowOverTheWholeImageIsGlobal) {
  TestModel model;
  model.Input("x", {1, 4, 6, 3});
  model.Output("whole", {1, 1, 1, 3});
  model.Output("rows", {1, 4, 1, 3});
  model.Output("padded", {1, 2, 1, 3});
  model.AddNode("PoolAvg2d", {"x"}, {"whole"}, {model.List("filter_size", {4, 6})});
  model.AddNode("PoolAvg2d", {"x"}, {"rows"}, {model.List("filter_size", {1, 6})});
  model.AddNode("PoolAvg2d", {"x"}, {"padded"},
                {model.List("filter_size", {4, 6}), model.List("pad_amount", {1, 0, 0, 0})});
  const auto translated = Translate(model);
  ASSERT_TRUE(translated.ok()) << translated.status().message();
  EXPECT_EQ(NodeOf(translated->graph, "whole_channel_first").op_type, "GlobalAveragePool");
  EXPECT_EQ(NodeOf(translated->graph, "rows_channel_first").op_type, "AveragePool");
  EXPECT_EQ(NodeOf(translated->graph, "padded_channel_first").op_type, "AveragePool");
}

TEST(ToGraphTest, EncodingsFollowTheAxes) {
  TestModel model = Convolution();
  for (Tensor& tensor : model.graph().tensors) {
    if (tensor.kind != TensorKind::kStatic && tensor.name != "y") {
      tensor.type = DataType::kUfixed8;
      tensor.encoding = PerTensor(8, 0.5, -3);
    }
  }
  model.graph().tensors.erase(model.graph().tensors.begin() + 4);  // w
  Tensor& weight =
      model.Static<std::int8_t>("w", {1, 1, 2, 3}, {1, 2, 3, -4, -5, -6}, DataType::kSfixed8);
  weight.encoding = TensorEncoding{
      .channels = {TestEncoding(8, 1, -128), TestEncoding(8, 2, -128), TestEncoding(8, 4, -128)},
      .axis = 3};
  const auto translated = Translate(model);
  ASSERT_TRUE(translated.ok()) << translated.status().message();
  EXPECT_THAT(translated->graph.initializers.at("w").values<float>(),
              ElementsAre(1, -4, 4, -10, 12, -24));
  EXPECT_EQ(translated->params.at("w").axis, 0);
  EXPECT_EQ(translated->params.at("w").channels.size(), 3U);
  EXPECT_FALSE(translated->params.contains("b"));
  EXPECT_EQ(translated->activations.at("conv").channels[0].offset, -3);
  EXPECT_TRUE(translated->activations.at("y").is_float);
  EXPECT_EQ(translated->tensors.at("x").info.type, ElementType::kFloat32);
}

TEST(ToGraphTest, ConvertedWeightsStayWeights) {
  TestModel model = Convolution();
  model.graph().tensors.erase(model.graph().tensors.begin() + 4);  // w
  Tensor& stored =
      model.Static<std::uint16_t>("raw", {1, 1, 2, 3}, {0, 1, 2, 3, 4, 5}, DataType::kUfixed16);
  stored.encoding = PerTensor(16, 0.25, -2);
  Tensor& weight = model.Native("w", {1, 1, 2, 3}, DataType::kSfixed16);
  weight.encoding = PerTensor(16, 0.5, -32768);
  Node convert = model.AddNode("Convert", {"raw"}, {"w"});
  auto& nodes = model.graph().nodes;
  nodes.pop_back();
  nodes.insert(nodes.begin(), convert);
  const auto translated = Translate(model);
  ASSERT_TRUE(translated.ok()) << translated.status().message();
  EXPECT_THAT(translated->graph.initializers.at("w").values<float>(),
              ElementsAre(-0.5F, 0, 0, 0.5F, 0, 1));
  EXPECT_EQ(translated->params.at("w").channels[0].scale, 0.5);
  EXPECT_FALSE(translated->tensors.contains("w"));
}

TEST(ToGraphTest, HalfPrecisionIsSaid) {
  TestModel model = Convolution();
  for (Tensor& tensor : model.graph().tensors) {
    if (tensor.kind == TensorKind::kNative) tensor.type = DataType::kFloat16;
  }
  auto translated = Translate(model);
  ASSERT_TRUE(translated.ok()) << translated.status().message();
  EXPECT_TRUE(translated->half);
  model.graph().tensors[2].type = DataType::kFloat32;
  translated = Translate(model);
  EXPECT_FALSE(translated->half);
  EXPECT_THAT(translated->notes, ElementsAre(HasSubstr("1 tensors are float16 and 1 float32")));
}

TEST(ToGraphTest, NodesOfOnnxPassAsTheyAre) {
  TestModel model;
  model.Input("x", {2, 3});
  model.Output("y", {2, 3});
  model
      .AddNode("Shrink", {"x"}, {"y"},
               {{"lambd", 0.25F},
                {"flag", std::int32_t{-4}},
                {"mode", std::string("fast")},
                model.List<std::int64_t>("big", {}, {1LL << 40}, DataType::kInt64),
                model.List<std::int64_t>("list", {2}, {3, -1}, DataType::kInt64),
                model.List<float>("reals", {1}, {0.5F}, DataType::kFloat32),
                model.List<float>("matrix", {1, 1}, {0.5F}, DataType::kFloat32),
                {"onnx_opset", std::uint32_t{22}}})
      .package = "ai.onnx";
  model.graph().nodes[0].inputs.insert(model.graph().nodes[0].inputs.begin(), "");
  const auto translated = Translate(model);
  ASSERT_TRUE(translated.ok()) << translated.status().message();
  const model::Node& node = NodeOf(translated->graph, "y");
  EXPECT_EQ(translated->graph.opsets.at(""), 22);
  EXPECT_EQ(node.op_type, "Shrink");
  EXPECT_THAT(node.inputs, ElementsAre("", "x"));
  EXPECT_EQ(node.Get("lambd", 0.0F), 0.25F);
  EXPECT_EQ(node.Get<std::int64_t>("flag", 0), -4);
  EXPECT_EQ(node.Get<std::string>("mode", ""), "fast");
  EXPECT_EQ(node.Get<std::int64_t>("big", 0), 1LL << 40);
  EXPECT_THAT(node.Get("list", std::vector<std::int64_t>()), ElementsAre(3, -1));
  EXPECT_THAT(node.Get("reals", std::vector<float>()), ElementsAre(0.5F));
  EXPECT_THAT(node.Get("matrix", acc::Tensor()).dims(), ElementsAre(1, 1));
  EXPECT_FALSE(node.attributes.contains("onnx_opset"));
}

TEST(ToGraphTest, OutputsThatAreLeftOutStaySo) {
  TestModel model;
  model.Input("x", {2});
  model.Output("y", {2});
  model.Native("null", {0}).kind = TensorKind::kNull;
  model.AddNode("Shrink", {"x"}, {"null", "y"}, {}).package = "ai.onnx";
  const auto translated = Translate(model);
  ASSERT_TRUE(translated.ok()) << translated.status().message();
  EXPECT_THAT(NodeOf(translated->graph, "y").outputs, ElementsAre("", "y"));
  EXPECT_FALSE(translated->tensors.contains("null"));
}

TEST(ToGraphTest, BlocksWhoseSizeOverflowsAreFailures) {
  for (const char* type : {"DepthToSpace", "SpaceToDepth"}) {
    TestModel model;
    model.Input("x", {1, 2, 2, 4});
    model.Output("y", {1, 4, 4, 1});
    model.AddNode(type, {"x"}, {"y"}, {model.List("block_size", {0xFFFFFFFD, 0xFFFFFFFD})});
    EXPECT_THAT(WhyNot(model), HasSubstr("larger than any image")) << type;
  }
}

TEST(ToGraphTest, ANodeWithoutOutputsIsAFailure) {
  for (const char* package : {"", "ai.onnx", "somebody"}) {
    TestModel model = Convolution();
    model.graph().nodes[0].package = package;
    model.graph().nodes[0].outputs.clear();
    EXPECT_THAT(WhyNot(model), HasSubstr("it has no outputs")) << package;
  }
}

TEST(ToGraphTest, SubgraphsComeBack) {
  model::Graph branch;
  branch.name = "branch";
  model::Node add;
  add.op_type = "Add";
  add.inputs = {"x", "k"};
  add.outputs = {"sum"};
  branch.nodes = {add};
  branch.outputs = {{.name = "sum", .type = ElementType::kFloat32, .dims = {2}}};
  const std::string bytes = *model::SerializeOnnx(branch);
  const auto attribute = [](TestModel& model, const char* name, const std::string& message) {
    const auto size = static_cast<std::int64_t>(message.size());
    return model.List<char>(name, {size}, {message.begin(), message.end()}, DataType::kUint8);
  };
  for (const bool is_damaged : {false, true}) {
    TestModel model;
    model.Input("c", {1}, DataType::kBool8);
    model.Input("x", {2});
    model.Output("y", {2});
    model.Floats("k", {2}, {1, 2});
    model
        .AddNode("If", {"c"}, {"y"},
                 {attribute(model, "then_branch", bytes),
                  attribute(model, "else_branch", is_damaged ? bytes.substr(0, 9) : bytes),
                  {"onnx_opset", std::uint32_t{17}}})
        .package = "ai.onnx";
    const auto translated = Translate(model);
    ASSERT_EQ(translated.ok(), !is_damaged);
    if (is_damaged) {
      EXPECT_THAT(translated.status().message(), HasSubstr("attribute 'else_branch'"));
      continue;
    }
    const auto subgraphs = model::Subgraphs(NodeOf(translated->graph, "y"));
    ASSERT_EQ(subgraphs.size(), 2U);
    EXPECT_THAT(OpTypes(*subgraphs[0]), ElementsAre("Add"));
    EXPECT_TRUE(translated->graph.initializers.contains("k"));
  }
}

TEST(ToGraphTest, UnknownOperatorsAreCountedAtOnce) {
  TestModel model = Convolution();
  model.AddNode("DetectionOutput", {"x"}, {"y"});
  model.AddNode("Teleport\n", {"x"}, {"y"});
  model.AddNode("DetectionOutput", {"x"}, {"y"});
  EXPECT_THAT(WhyNot(model), HasSubstr("DetectionOutput (2), Teleport\\x0a (1)"));
}

TEST(ToGraphTest, BadGraphsAreRefused) {
  {
    TestModel model = Convolution();
    model.model().major = 3;
    EXPECT_THAT(WhyNot(model), HasSubstr("version 3"));
  }
  {
    TestModel model = Convolution();
    std::swap(model.graph().nodes[0], model.graph().nodes[2]);
    EXPECT_THAT(WhyNot(model), HasSubstr("'conv' is read before anything makes it"));
  }
  {
    TestModel model = Convolution();
    model.AddNode("Relu", {"x_last"}, {"conv"});
    EXPECT_THAT(WhyNot(model), HasSubstr("'conv' is made twice"));
  }
  {
    TestModel model = Convolution();
    model.Native("conv", {1});
    EXPECT_THAT(WhyNot(model), HasSubstr("two tensors 'conv'"));
  }
  {
    TestModel model = Convolution();
    model.graph().tensors[4].dims = {6};  // w
    EXPECT_THAT(WhyNot(model),
                HasSubstr("node 'node_conv' of type Conv2d: its input 1 has dims 6"));
  }
  {
    TestModel model = Convolution();
    model.graph().nodes[1].attributes[0] = model.List("stride", {1, 1, 1});
    EXPECT_THAT(WhyNot(model), HasSubstr("attribute 'stride' has 3 elements instead of 2"));
  }
  {
    TestModel model = Convolution();
    model.graph().nodes[1].inputs.resize(1);
    EXPECT_THAT(WhyNot(model), HasSubstr("it has 1 inputs"));
  }
  {
    TestModel model;
    model.Input("x", {1});
    EXPECT_THAT(WhyNot(model), HasSubstr("no outputs"));
  }
}

// Any operator with any inputs and attributes: an answer or an error, never a crash.
TEST(ToGraphTest, NonsenseIsSurvived) {
  std::mt19937 random(3);
  const auto below = [&](int limit) { return std::uniform_int_distribution(0, limit - 1)(random); };
  const std::vector<std::string_view> types = OperatorTypes();
  int translated = 0;
  for (int round = 0; round < 4000; ++round) {
    TestModel model;
    const auto dims = [&] {
      Shape shape(static_cast<std::size_t>(below(6)));
      for (std::int64_t& dim : shape) dim = below(4);
      return shape;
    };
    for (const char* name : {"a", "b"}) model.Input(name, dims());
    model.Floats("s", {3}, {1, 2, 3});
    model.Output("y", dims());
    model.Native("z", dims());
    std::vector<std::string> inputs;
    const std::vector<std::string> names = {"a", "b", "s", ""};
    for (int i = below(4); i > 0; --i) inputs.push_back(names[static_cast<std::size_t>(below(4))]);
    std::vector<std::string> outputs;
    for (int i = below(3); i > 0; --i) outputs.emplace_back(i == 1 ? "y" : "z");
    const auto type = static_cast<std::size_t>(below(static_cast<int>(types.size())));
    Node& node = model.AddNode(std::string(types[type]), inputs, outputs);
    for (const char* name : {"axis", "axes", "perm", "stride", "pad_amount", "ranges", "block_size",
                             "operation", "multiples", "mode", "group", "filter_size"}) {
      if (below(2) == 0) continue;
      std::vector<std::int32_t> values(static_cast<std::size_t>(below(9)));
      for (std::int32_t& value : values) value = below(7) - 2;
      if (below(2) == 0) {
        node.attributes.push_back({name, std::int32_t{below(7) - 2}});
      } else {
        const auto count = static_cast<std::int64_t>(values.size());
        node.attributes.push_back(model.List(name, {count}, values, DataType::kInt32));
      }
    }
    translated += Translate(model).ok() ? 1 : 0;
  }
  EXPECT_GT(translated, 0);
}

}  // namespace
}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/from_graph.h"

#include <gmock/gmock.h>

#include "dlc/from_graph/from_graph_testing.h"
#include "model/onnx/operators.h"
#include "tensor/codes.h"

namespace acc::dlc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(FromGraph, TransposesWhereAnOperatorWantsAnotherOrder) {
  TestGraph graph;
  graph.Input("x", {1, 3, 8, 6}).Counting("w", {4, 3, 3, 3}).Floats("b", {4}, {1, 2, 3, 4});
  graph.ChannelLast("conv", {1, 4, 6, 4}).ChannelLast("relu", {1, 4, 6, 4});
  graph.Declare("y", {1, 4, 6, 4});
  graph.Op("Conv", {"x", "w", "b"}, {"conv"}).Op("Relu", {"conv"}, {"relu"});
  graph.Op("Sigmoid", {"relu"}, {"y"});
  EXPECT_THAT(
      graph.Lines(),
      ElementsAre("Transpose(x[1,3,8,6]) -> x_nhwc[1,8,6,3] perm=[0,2,3,1]",
                  "Conv2d(x_nhwc[1,8,6,3], w[3,3,3,4], b[4]) -> conv[1,6,4,4] dilation=[1,1] "
                  "group=1 pad_amount=[0,0,0,0] reuse_sparse_indices=false stride=[1,1]",
                  "Neuron(conv[1,6,4,4]) -> relu[1,6,4,4] operation=4",
                  "Transpose(relu[1,6,4,4]) -> relu_nchw[1,4,6,4] perm=[0,3,1,2]",
                  "Neuron(relu_nchw[1,4,6,4]) -> y[1,4,6,4] operation=6"));
}

TEST(FromGraph, ANodeThatLacksAnInputIsWrittenAsItIs) {
  for (const char* op_type : {"Add",
                              "BatchNormalization",
                              "CastLike",
                              "Concat",
                              "Conv",
                              "ConvTranspose",
                              "CumSum",
                              "Einsum",
                              "Expand",
                              "GRU",
                              "Gather",
                              "GatherElements",
                              "GatherND",
                              "Gemm",
                              "GridSample",
                              "GroupNormalization",
                              "InstanceNormalization",
                              "LSTM",
                              "LayerNormalization",
                              "MatMul",
                              "Max",
                              "Mean",
                              "Min",
                              "Mod",
                              "OneHot",
                              "PRelu",
                              "Pow",
                              "RMSNormalization",
                              "RNN",
                              "RoiAlign",
                              "ScatterElements",
                              "ScatterND",
                              "SimplifiedLayerNormalization",
                              "Sum",
                              "Tile",
                              "Where"}) {
    for (const Names inputs : {Names{"x", ""}, Names{"", "x"}, Names{"x"}, Names{}}) {
      const bool is_whole =
          inputs.size() == 1 &&
          std::string_view("ConcatEinsumMaxMeanMinSum").find(op_type) != std::string_view::npos;
      if (is_whole) continue;
      TestGraph graph;
      graph.Input("x", {1, 3, 8, 8}).Declare("y", {1, 3, 8, 8}).Op(op_type, inputs, {"y"});
      EXPECT_THAT(graph.Lines(), ElementsAre(HasSubstr(op_type))) << op_type << inputs.size();
    }
  }
  TestGraph graph;  // More than the operator takes.
  graph.Input("x", {2}).Declare("y", {2}).Op("Add", {"x", "x", ""}, {"y"});
  EXPECT_THAT(graph.Lines(), ElementsAre(HasSubstr("Add")));
}

TEST(FromGraph, OutputsOfAnotherRankAreWrittenAsTheyAre) {
  for (const model::OperatorInfo& row : model::Operators()) {
    const bool keeps_rank =
        row.axes == model::AxisUse::kImage || row.axes == model::AxisUse::kOneAxis;
    if (!keeps_rank || row.least_inputs != 1) continue;
    TestGraph graph;
    graph.Input("x", {1, 3, 8, 8}).Declare("y", {}).Op(row.op_type, {"x"}, {"y"});
    EXPECT_THAT(graph.Lines(), ElementsAre(HasSubstr(row.op_type)));
  }
  TestGraph gemm;
  gemm.Input("x", {3, 4}).Counting("w", {5, 4}).Counting("b", {5}).Declare("y", {});
  gemm.Op("Gemm", {"x", "w", "b"}, {"y"}, {{"transB", std::int64_t{1}}});
  EXPECT_THAT(gemm.Lines(), ElementsAre(HasSubstr("Gemm(")));
  TestGraph product;  // Of a vector and a matrix: one axis.
  product.Input("x", {4})
      .Counting("m", {1, 1, 4, 1})
      .Declare("y", {})
      .Op("MatMul", {"x", "m"}, {"y"});
  EXPECT_THAT(product.Lines(), ElementsAre(HasSubstr("MatMul(x[4], m[1,1,4,1]) -> y[]")));
  TestGraph gather;  // Along axis 2 of 3: two axes are left.
  gather.Input("x", {2, 3, 4}).Input("i", {}, ElementType::kInt32).Declare("y", {});
  gather.Op("Gather", {"x", "i"}, {"y"}, {{"axis", std::int64_t{2}}});
  EXPECT_THAT(gather.Lines(), ElementsAre(HasSubstr("Gather(x[2,3,4], i[]) -> y[]")));
  TestGraph split;
  split.Input("x", {2, 4}).Declare("a", {2, 2}).Declare("b", {});
  split.Op("Split", {"x"}, {"a", "b"}, {{"axis", std::int64_t{1}}});
  EXPECT_THAT(split.Lines(), ElementsAre(HasSubstr("Split(")));
  TestGraph add;
  add.Input("x", {1, 2, 3, 4}).Counting("c", {1, 1, 2, 3, 4}).ChannelLast("y", {1, 2, 3, 4});
  add.Op("Add", {"x", "c"}, {"y"});
  EXPECT_THAT(add.Lines(), ::testing::Contains(HasSubstr("c[1,1,2,3,4]")));
}

TEST(FromGraph, OneTransposeServesAllReaders) {
  TestGraph graph;
  graph.Input("x", {1, 3, 8, 8}).Declare("a", {1, 3, 1, 1}).Declare("b", {1, 3, 1, 1});
  graph.Op("GlobalMaxPool", {"x"}, {"a"}).Op("GlobalMaxPool", {"x"}, {"b"});
  const auto lines = graph.Lines();
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_THAT(lines[0], HasSubstr("-> x_nhwc"));
  EXPECT_THAT(lines[1], HasSubstr("Pool(x_nhwc[1,8,8,3]) -> a_nhwc[1,1,1,3]"));
  EXPECT_EQ(lines[2], "Transpose(a_nhwc[1,1,1,3]) -> a[1,3,1,1] perm=[0,3,1,2]");
  EXPECT_THAT(lines[3], HasSubstr("Pool(x_nhwc"));
}

TEST(FromGraph, ReadersOfAnOutputTakeItBeforeItsTranspose) {
  TestGraph graph;
  graph.Input("x", {1, 3, 8, 8}).Declare("y", {1, 3, 4, 4}).Declare("z", {1, 3, 1, 1});
  graph.Op("MaxPool", {"x"}, {"y"},
           {{"kernel_shape", std::vector<std::int64_t>{2, 2}},
            {"strides", std::vector<std::int64_t>{2, 2}}});
  graph.Op("GlobalMaxPool", {"y"}, {"z"});
  EXPECT_THAT(graph.Lines(), ::testing::Contains(HasSubstr("Pool(y_nhwc")));
}

TEST(FromGraph, TensorsKeepTheirNamesAndRoles) {
  TestGraph graph;
  graph.Input("x", {2, 3}, ElementType::kInt64).Declare("a", {2, 3}, ElementType::kInt64);
  graph.Declare("y", {2, 3}, ElementType::kFloat64).Int64s("c", {1, 2, 3});
  graph.Op("Add", {"x", "c"}, {"a"}).Op("Cast", {"a"}, {"y"});
  const auto written = graph.Write();
  ASSERT_TRUE(written.ok());
  const Graph& result = written->model.graphs.front();
  EXPECT_EQ(result.name, "test");
  EXPECT_EQ(FindTensor(result, "x")->kind, TensorKind::kInput);
  EXPECT_EQ(FindTensor(result, "a")->kind, TensorKind::kNative);
  EXPECT_EQ(FindTensor(result, "y")->kind, TensorKind::kOutput);
  EXPECT_EQ(FindTensor(result, "c")->kind, TensorKind::kStatic);
  EXPECT_EQ(FindTensor(result, "x")->type, DataType::kInt32) << "64 bits become 32";
  EXPECT_EQ(FindTensor(result, "y")->type, DataType::kFloat32);
  EXPECT_THAT(Values<std::int32_t>(*FindTensor(result, "c")), ElementsAre(1, 2, 3));
  EXPECT_EQ(result.nodes[0].name, "a_node");
  EXPECT_EQ(result.nodes[0].package, kQnnPackage);
  EXPECT_THAT(written->warnings, IsEmpty());
}

TEST(FromGraph, NodesWithoutANameAndWithTheSameNameGetTheirOwn) {
  TestGraph graph;
  graph.Input("x", {2}).Declare("a", {2}).Declare("b", {2}).Declare("y", {2});
  for (const auto& [name, from, to] :
       {std::tuple{"", "x", "a"}, {"same", "a", "b"}, {"same", "b", "y"}}) {
    model::Node node;
    node.name = name;
    node.op_type = "Relu";
    node.inputs = {from};
    node.outputs = {to};
    graph.Op(std::move(node));
  }
  const auto written = graph.Write();
  ASSERT_TRUE(written.ok());
  std::vector<std::string> names;
  for (const Node& node : written->model.graphs.front().nodes) names.push_back(node.name);
  EXPECT_THAT(names, ElementsAre("a", "same", "same_1"));
}

TEST(FromGraph, UnknownDimsAreRefusedByName) {
  TestGraph graph;
  graph.Input("x", {1, kUnknownDim}).Declare("y", {1, 4}).Op("Relu", {"x"}, {"y"});
  const auto written = graph.Write();
  ASSERT_FALSE(written.ok());
  EXPECT_THAT(written.status().message(), HasSubstr("'x' (1x?)"));
}

TEST(FromGraph, AConstantForTwoReadersIsWrittenInBothForms) {
  TestGraph graph;
  graph.Input("x", {1, 2, 1, 3}).Floats("c", {2, 1, 1}, {1, 2});
  graph.ChannelLast("a", {1, 2, 1, 3}).Declare("y", {1, 2, 1, 3}).Declare("z", {1, 2, 1, 3});
  graph.Op("Add", {"x", "c"}, {"a"}).Op("Mul", {"x", "c"}, {"y"}).Op("Relu", {"a"}, {"z"});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("Transpose(x[1,2,1,3]) -> x_nhwc[1,1,3,2] perm=[0,2,3,1]",
                          "Eltwise_Binary(x_nhwc[1,1,3,2], c[1,1,1,2]) -> a[1,1,3,2] operation=0",
                          "Eltwise_Binary(x[1,2,1,3], c_1[2,1,1]) -> y[1,2,1,3] operation=13",
                          "Transpose(a[1,1,3,2]) -> a_nchw[1,2,1,3] perm=[0,3,1,2]",
                          "Neuron(a_nchw[1,2,1,3]) -> z[1,2,1,3] operation=4"));
}

TEST(FromGraph, AConstantOutputIsCopied) {
  model::Graph graph;
  graph.outputs.push_back({"c", ElementType::kFloat32, {2}});
  graph.initializers["c"] = acc::Tensor::FromFloats({2}, std::vector<float>{1, 2});
  const auto written = FromGraph({graph, "g", {}, {}, {}, ""});
  ASSERT_TRUE(written.ok()) << written.status().message();
  const Graph& result = written->model.graphs.front();
  EXPECT_EQ(NodeText(result, result.nodes.front()), "Reshape(c_1[2]) -> c[2]");
  EXPECT_EQ(FindTensor(result, "c")->kind, TensorKind::kOutput);
  EXPECT_EQ(FindTensor(result, "c_1")->kind, TensorKind::kStatic);
}

TensorEncoding PerTensor(double scale, std::int64_t offset, int bitwidth = 8,
                         bool symmetric = false) {
  TensorEncoding encoding;
  encoding.channels = {EncodingFromScale(scale, offset, bitwidth, symmetric)};
  return encoding;
}

TEST(FromGraph, QuantizedTensorsHoldCodes) {
  TestGraph graph;
  graph.Input("x", {1, 1, 2, 2}).Floats("w", {2, 1, 1, 1}, {1, -2}).Floats("b", {2}, {0.5, -1});
  graph.ChannelLast("conv", {1, 2, 2, 2}).Declare("y", {1, 2, 2, 2});
  graph.Op("Conv", {"x", "w", "b"}, {"conv"}).Op("Relu", {"conv"}, {"y"});
  TensorEncoding weights;
  weights.axis = 0;
  weights.channels = {EncodingFromScale(0.5, -128, 8, true), EncodingFromScale(1, -128, 8, true)};
  graph.Activation("x", PerTensor(0.1, -3)).Activation("y", PerTensor(0.2, 0));
  graph.Param("w", weights).Param("b", PerTensor(0.5, -(std::int64_t{1} << 31), 32, true));
  const auto written = graph.Write();
  ASSERT_TRUE(written.ok()) << written.status().message();
  const Graph& result = written->model.graphs.front();
  const Tensor& w = *FindTensor(result, "w");
  EXPECT_EQ(w.type, DataType::kSfixed8);
  EXPECT_EQ(w.dims, (Shape{1, 1, 1, 2}));
  EXPECT_EQ(w.encoding->axis, 3);
  EXPECT_THAT(Values<std::int8_t>(w), ElementsAre(2, -2));
  const Tensor& b = *FindTensor(result, "b");
  EXPECT_EQ(b.type, DataType::kSfixed32);
  EXPECT_THAT(Values<std::int32_t>(b), ElementsAre(1, -2));
  EXPECT_EQ(FindTensor(result, "x")->type, DataType::kUfixed8);
  EXPECT_EQ(FindTensor(result, "x_nhwc")->encoding->channels[0].offset, -3);
  EXPECT_EQ(FindTensor(result, "conv")->type, DataType::kUfixed8) << "fused into the Relu";
  EXPECT_EQ(FindTensor(result, "conv")->encoding->channels[0].offset, 0);
}

TEST(FromGraph, FourBitWeightsTakeAByteEach) {
  TestGraph graph;
  graph.Input("x", {1, 2}).Floats("w", {2, 1}, {3, -8}).Declare("y", {1, 1});
  graph.Op("MatMul", {"x", "w"}, {"y"}).Param("w", PerTensor(1, -8, 4, true));
  const auto written = graph.Write();
  ASSERT_TRUE(written.ok());
  const Tensor& w = *FindTensor(written->model.graphs.front(), "w");
  EXPECT_EQ(w.type, DataType::kSfixed8);
  EXPECT_EQ(w.encoding->channels[0].bitwidth, 4);
  EXPECT_THAT(Values<std::int8_t>(w), ElementsAre(3, -8));
}

TEST(FromGraph, EncodingsThatDoNotFitAreRefused) {
  TestGraph graph;
  graph.Input("x", {1, 2}).Floats("w", {2, 1}, {3, -8}).Declare("y", {1, 1});
  graph.Op("MatMul", {"x", "w"}, {"y"});
  TensorEncoding encoding = PerTensor(1, -8, 4, true);
  encoding.axis = 0;
  graph.Param("w", encoding);
  const auto written = graph.Write();
  ASSERT_FALSE(written.ok());
  EXPECT_THAT(written.status().message(), HasSubstr("constant 'w': 1 encodings for 2 channels"));
}

TEST(FromGraph, AnUnknownOperatorIsWrittenAsItIsWithAWarning) {
  TestGraph graph;
  graph.Input("x", {2, 3}, ElementType::kInt64).ChannelLast("i", {1, 3, 2, 2});
  graph.Input("h", {1, 3, 2, 2}).Declare("y", {2, 3}, ElementType::kInt64).Declare("z", {1});
  graph.Op("Sigmoid", {"h"}, {"i"}).Int64s("k", {std::int64_t{1} << 40});
  graph.Op("Strange", {"x", "", "k"}, {"y"},
           {{"axis", std::int64_t{-1}},
            {"big", std::int64_t{1} << 40},
            {"list", std::vector<std::int64_t>{1, 2}},
            {"mode", std::string("slow")},
            {"ratio", 0.5F},
            {"ratios", std::vector<float>{1, 2}}});
  graph.Op("Strange", {"i"}, {"z"});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("Transpose(h[1,3,2,2]) -> h_nhwc[1,2,2,3] perm=[0,2,3,1]",
                          "Neuron(h_nhwc[1,2,2,3]) -> i[1,2,2,3] operation=6",
                          "Cast(x[2,3]) -> x_int64[2,3]",
                          "Strange(x_int64[2,3], null_tensor[0], k_1[1]) -> y_int64[2,3] axis=-1i "
                          "big=[1099511627776] "
                          "list=[1,2] mode=slow ratio=0.5f ratios=[1,2] onnx_opset=17",
                          "Cast(y_int64[2,3]) -> y[2,3]",
                          "Transpose(i[1,2,2,3]) -> i_nchw[1,3,2,2] perm=[0,3,1,2]",
                          "Strange(i_nchw[1,3,2,2]) -> z[1] onnx_opset=17"));
  const auto written = graph.Write();
  EXPECT_THAT(
      written->warnings,
      ElementsAre(HasSubstr("Strange (2 nodes) is written under its ONNX name: it has no QNN "
                            "counterpart; to run this file, the target needs the op package "
                            "'ai.onnx' with it")));
  EXPECT_EQ(written->model.graphs.front().nodes[3].package, "ai.onnx");
}

TEST(FromGraph, AnOutputThatIsLeftOutIsANullTensorOfItsOwn) {
  TestGraph graph;
  graph.Input("x", {2}).Declare("y", {2}).Declare("z", {2});
  model::Node node;
  node.op_type = "Strange";
  node.inputs = {"x", ""};
  node.outputs = {"", "y", ""};
  graph.Op(std::move(node)).Op("Relu", {"y"}, {"z"});
  EXPECT_THAT(graph.Lines(), ElementsAre("Strange(x[2], null_tensor[0]) -> null_tensor_1[0], y[2], "
                                         "null_tensor_2[0] onnx_opset=17",
                                         "Neuron(y[2]) -> z[2] operation=4"));
  EXPECT_EQ(FindTensor(graph.Write()->model.graphs.front(), "null_tensor_1")->kind,
            TensorKind::kNull);
}

// The warnings of a node, without what is the same in all.
std::vector<std::string> Warnings(const TestGraph& graph) {
  const auto written = graph.Write();
  return written.ok() ? written->warnings : std::vector{written.status().message()};
}

TEST(FromGraph, SaysWhatOfANodeIsNotTranslated) {
  TestGraph graph;
  graph.Input("x", {4, 4}).Input("i", {2, 1}, ElementType::kInt64).Input("u", {2, 4});
  graph.Declare("y", {4, 4}).Declare("z", {2, 4}, ElementType::kInt64);
  graph.Op("ScatterND", {"x", "i", "u"}, {"y"}, {{"reduction", std::string("max")}});
  graph.Op("NonZero", {"x"}, {"z"});
  EXPECT_THAT(Warnings(graph),
              ElementsAre(HasSubstr("NonZero (1 node) is written under its ONNX name: QNN has "
                                    "NonZero, but this program does not translate to it;"),
                          HasSubstr("ScatterND (1 node) is written under its ONNX name: its "
                                    "reduction 'max' is not translated;")));
}

TEST(FromGraph, TensorsThatAreNoNumbersAreRefusedAsSuch) {
  TestGraph graph;
  graph.Input("x", {1}).Declare("y", {1}, ElementType::kString).Op("Text", {"x"}, {"y"});
  const auto written = graph.Write();
  ASSERT_FALSE(written.ok());
  EXPECT_THAT(written.status().message(), HasSubstr("'y' (strings)"));
  EXPECT_THAT(written.status().message(), Not(HasSubstr("dimensions")));
}

TEST(FromGraph, DimsOfInputsAreAskedForWhereTheyAreUnknown) {
  TestGraph given;
  given.Input("x", {4}).Declare("y", {1, kUnknownDim}, ElementType::kInt64);
  given.Op("NonZero", {"x"}, {"y"});
  EXPECT_THAT(Warnings(given), ElementsAre(HasSubstr("they depend on values")));
  TestGraph unknown;
  unknown.Input("x", {kUnknownDim}).Declare("y", {kUnknownDim}).Op("Relu", {"x"}, {"y"});
  EXPECT_THAT(Warnings(unknown), ElementsAre(HasSubstr("give the dimensions of all inputs")));
}

}  // namespace
}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "dlc/from_graph/from_graph_testing.h"

namespace acc::dlc {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ints = std::vector<std::int64_t>;

TEST(Movement, AxesAreThoseOfTheStoredOrder) {
  TestGraph graph;
  graph.Input("x", {1, 4, 6, 8}).ChannelLast("c", {1, 8, 6, 8}).ChannelLast("s", {1, 2, 6, 8});
  graph.ChannelLast("p", {1, 2, 8, 8}).ChannelLast("t", {1, 2, 8, 16}).Declare("y", {1, 2, 1, 1});
  graph.Int64s("starts", {1, -1}).Int64s("ends", {3, -100}).Int64s("axes", {1, 3});
  graph.Int64s("steps", {1, -1}).Int64s("pads", {0, 0, 2, 0, 0, 0, 0, 0});
  graph.Int64s("repeats", {1, 1, 1, 2});
  graph.Op("Concat", {"x", "x"}, {"c"}, {{"axis", std::int64_t{1}}});
  graph.Op("Slice", {"c", "starts", "ends", "axes", "steps"}, {"s"});
  graph.Op("Pad", {"s", "pads"}, {"p"}).Op("Tile", {"p", "repeats"}, {"t"});
  graph.Op("GlobalMaxPool", {"t"}, {"y"});
  const auto lines = graph.Lines();
  EXPECT_EQ(lines[1], "Concat(x_nhwc[1,6,8,4], x_nhwc[1,6,8,4]) -> c[1,6,8,8] axis=3");
  EXPECT_EQ(lines[2], "StridedSlice(c[1,6,8,8]) -> s[1,6,8,2] ranges=[0,1,1,0,6,1,7,-1,-1,1,3,1]");
  EXPECT_EQ(lines[3], "Pad(s[1,6,8,2]) -> p[1,8,8,2] pad_amount=[0,0,2,0,0,0,0,0] scheme=0");
  EXPECT_EQ(lines[4], "Tile(p[1,8,8,2]) -> t[1,8,16,2] multiples=[1,1,2,1]");
}

TEST(Movement, NegativePadsCut) {
  TestGraph graph;
  graph.Input("x", {2, 3, 4}).Declare("y", {2, 2, 7}).Int64s("pads", {0, -1, 1, 0, 0, 2});
  graph.Op("Pad", {"x", "pads"}, {"y"});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("Pad(x[2,3,4]) -> y_padded[2,3,7] pad_amount=[0,0,0,0,1,2] scheme=0",
                          "StridedSlice(y_padded[2,3,7]) -> y[2,2,7] "
                          "ranges=[0,2,1,1,3,1,0,7,1]"));
}

TEST(Movement, NumbersBeyond32BitsAreOpenBoundsAndOtherwiseNoNumbers) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  TestGraph slice;
  slice.Opset(9).Input("x", {4, 3}).Declare("y", {3, 3}).Declare("z", {4, 3});
  slice.Int64s("starts", {kMost})
      .Int64s("ends", {kLeast})
      .Int64s("axes", {0})
      .Int64s("steps", {-1});
  slice.Op("Slice", {"x"}, {"y"}, {{"starts", Ints{1}}, {"ends", Ints{kMost}}});
  slice.Op("Slice", {"x", "starts", "ends", "axes", "steps"}, {"z"});
  EXPECT_THAT(slice.Lines(), ElementsAre("StridedSlice(x[4,3]) -> y[3,3] ranges=[1,4,1,0,3,1]",
                                         "StridedSlice(x[4,3]) -> z[4,3] ranges=[3,-1,-1,0,3,1]"));
  for (const std::int64_t pad : {kMost, kLeast}) {
    TestGraph graph;
    graph.Input("x", {3}).Declare("y", {3}).Int64s("pads", {pad, pad});
    EXPECT_FALSE(graph.Op("Pad", {"x", "pads"}, {"y"}).Lines().empty());
  }
}

TEST(Movement, ASplitIntoOnePartIsAReshape) {
  TestGraph graph;
  graph.Input("x", {2, 3}).Declare("y", {2, 3}).Op("Split", {"x"}, {"y"});
  EXPECT_THAT(graph.Lines(), ElementsAre("Reshape(x[2,3]) -> y[2,3]"));
}

TEST(Movement, SplitSaysWhereThePartsBegin) {
  TestGraph graph;
  graph.Input("x", {6}).Declare("a", {1}).Declare("b", {2}).Declare("c", {3});
  graph.Int64s("sizes", {1, 2, 3}).Op("Split", {"x", "sizes"}, {"a", "b", "c"});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("Split(x[6]) -> a[1], b[2], c[3] axis=0 split_index=[1,3]"));
}

TEST(Movement, ATransposeStartsFromTheStoredOrder) {
  TestGraph graph;
  graph.Input("x", {1, 2, 3, 4}).ChannelLast("a", {1, 2, 2, 3}).Declare("y", {1, 2, 3, 2});
  graph.Declare("z", {2, 1, 2, 3});
  graph.Op("MaxPool", {"x"}, {"a"}, {{"kernel_shape", Ints{2, 2}}});
  graph.Op("Transpose", {"a"}, {"y"}, {{"perm", Ints{0, 2, 3, 1}}});
  graph.Op("Transpose", {"a"}, {"z"}, {{"perm", Ints{1, 0, 2, 3}}});
  const auto lines = graph.Lines();
  EXPECT_EQ(lines[2], "Reshape(a[1,2,3,2]) -> y[1,2,3,2]") << "it lies there already";
  EXPECT_EQ(lines[3], "Transpose(a[1,2,3,2]) -> z[2,1,2,3] perm=[3,0,1,2]");
}

TEST(Movement, ReshapesReadTheGraphsOrder) {
  TestGraph graph;
  graph.Input("x", {1, 2, 4, 4}).ChannelLast("a", {1, 2, 2, 2}).Declare("y", {1, 8});
  graph.Op("MaxPool", {"x"}, {"a"}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
  graph.Op("Flatten", {"a"}, {"y"});
  EXPECT_EQ(graph.Lines()[3], "Reshape(a_nchw[1,2,2,2]) -> y[1,8]");
}

TEST(Indexing, IndicesAreListsCountedFromTheStart) {
  TestGraph graph;
  graph.Input("x", {3, 4}).Declare("y", {3}).Declare("z", {2, 4});
  graph.Constant("last", acc::Tensor::FromInt64s({}, Ints{-1})).Int64s("two", {0, -1});
  graph.Op("Gather", {"x", "last"}, {"y"}, {{"axis", std::int64_t{1}}});
  graph.Op("Gather", {"x", "two"}, {"z"});
  EXPECT_THAT(graph.Lines(), ElementsAre("Gather(x[3,4], last_1[1]) -> y_picked[3,1] axis=1i",
                                         "Reshape(y_picked[3,1]) -> y[3]",
                                         "Gather(x[3,4], two_1[2]) -> z[2,4] axis=0i"));
  const auto written = graph.Write();
  EXPECT_THAT(Values<std::int32_t>(*FindTensor(written->model.graphs[0], "two_1")),
              ElementsAre(0, 2));
}

TEST(Indexing, TuplesAreCountedFromTheStartAlongEachAxis) {
  TestGraph graph;
  graph.Input("x", {2, 3, 4})
      .Input("u", {2})
      .Constant("i", acc::Tensor::FromInt64s({2, 3}, Ints{0, -1, -1, -2, 0, 3}));
  graph.Constant("b", acc::Tensor::FromInt64s({2, 1}, Ints{-1, 0}));
  graph.Declare("y", {2, 3, 4}).Declare("z", {2, 4});
  graph.Op("ScatterND", {"x", "i", "u"}, {"y"});
  graph.Op("GatherND", {"x", "b"}, {"z"}, {{"batch_dims", std::int64_t{1}}});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("ScatterNd(x[2,3,4], i_1[2,3], u[2]) -> y[2,3,4] reduction=0",
                          "GatherNd(x[2,3,4], b_1[2,1]) -> z[2,4] batch_dims=1"));
  const auto written = graph.Write();
  const Graph& result = written->model.graphs.front();
  EXPECT_THAT(Values<std::int32_t>(*FindTensor(result, "i_1")), ElementsAre(0, 2, 3, 0, 0, 3));
  EXPECT_THAT(Values<std::int32_t>(*FindTensor(result, "b_1")), ElementsAre(2, 0));
  EXPECT_TRUE(written->warnings.empty());
}

TEST(Indexing, ScatterElementsKeepsTheLargest) {
  TestGraph graph;
  graph.Input("x", {3, 4}).Input("u", {1, 2}).Declare("y", {3, 4}).Declare("z", {3, 4});
  graph.Constant("i", acc::Tensor::FromInt64s({1, 2}, Ints{0, 2}));
  graph.Op("ScatterElements", {"x", "i", "u"}, {"y"}, {{"reduction", std::string("max")}});
  graph.Op("ScatterElements", {"x", "i", "u"}, {"z"}, {{"reduction", std::string("min")}});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("ScatterElements(x[3,4], i[1,2], u[1,2]) -> y[3,4] axis=0 reduction=3",
                          HasSubstr("reduction=min onnx_opset=17")));
}

TEST(Indexing, ScatterAndOneHot) {
  TestGraph graph;
  graph.Input("x", {3, 4})
      .Input("u", {1, 4})
      .Constant("i", acc::Tensor::FromInt64s({1, 1}, Ints{2}));
  graph.Input("n", {2}, ElementType::kInt64).Int64s("depth", {5}).Floats("values", {2}, {0, 1});
  graph.Declare("y", {3, 4}).Declare("z", {2, 5}).Declare("w", {3, 4});
  graph.Op("ScatterND", {"x", "i", "u"}, {"y"}, {{"reduction", std::string("add")}});
  graph.Op("OneHot", {"n", "depth", "values"}, {"z"});
  graph.Op("ScatterND", {"x", "i", "u"}, {"w"}, {{"reduction", std::string("max")}});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("ScatterNd(x[3,4], i[1,1], u[1,4]) -> y[3,4] reduction=1",
                          "OneHot(n[2]) -> z[2,5] axis=1 depth=5 off_value=0f on_value=1f",
                          HasSubstr("ScatterND(x[3,4], i_1[1,1], u[1,4]) -> w[3,4]")));
}

// A file may give an integer tensor a value that is none.
TEST(Indexing, ValuesOfIntegersAreWithinTheirBits) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  TestGraph graph;
  graph.Input("n", {2}, ElementType::kInt64).Int64s("depth", {5});
  graph.Floats("values", {2}, {-kInfinity, std::nanf("")}).Int64s("pads", {1, 0});
  graph.Floats("fill", {}, {kInfinity}).Declare("z", {2, 5}, ElementType::kInt32);
  graph.Declare("p", {3}, ElementType::kInt64);
  graph.Op("OneHot", {"n", "depth", "values"}, {"z"}).Op("Pad", {"n", "pads", "fill"}, {"p"});
  EXPECT_THAT(
      graph.Lines(),
      ElementsAre("OneHot(n[2]) -> z[2,5] axis=1 depth=5 off_value=-2147483648i on_value=0i",
                  "Pad(n[2]) -> p[3] pad_amount=[1,0] pad_constant_value=2147483647i "
                  "scheme=0"));
}

TEST(Reduction, AxesAndTheirDims) {
  TestGraph graph;
  graph.Input("x", {1, 2, 4, 4}).ChannelLast("a", {1, 2, 3, 3}).Declare("y", {1, 2});
  graph.ChannelLast("k", {1, 1, 3, 3}).Declare("z", {1, 1, 1, 1});
  graph.Op("MaxPool", {"x"}, {"a"}, {{"kernel_shape", Ints{2, 2}}});
  graph.Op("ReduceMean", {"a"}, {"y"}, {{"axes", Ints{2, 3}}, {"keepdims", std::int64_t{0}}});
  graph.Op("ReduceMax", {"a"}, {"k"}, {{"axes", Ints{1}}}).Op("GlobalMaxPool", {"k"}, {"z"});
  const auto lines = graph.Lines();
  EXPECT_EQ(lines[3],
            "Reduce(a_nchw[1,2,3,3]) -> y[1,2] axes=[2,3] keep_dims=false reduce_type=ReduceMean");
  EXPECT_EQ(lines[4],
            "Reduce(a[1,3,3,2]) -> k[1,3,3,1] axes=[3] keep_dims=true reduce_type=ReduceMax");
}

TEST(Reduction, AnAxisThatIsNamedTwiceIsOneAxis) {
  TestGraph graph;
  graph.Input("x", {2, 3, 4}).Declare("y", {2, 3}).Declare("z", {2, 1, 1});
  graph.Op("ReduceMean", {"x"}, {"y"},
           {{"axes", Ints{2, 2, -1, 2}}, {"keepdims", std::int64_t{0}}});
  graph.Op("ReduceMax", {"x"}, {"z"}, {{"axes", Ints{1, 2, 1}}});
  EXPECT_THAT(
      graph.Lines(),
      ElementsAre("Reduce(x[2,3,4]) -> y[2,3] axes=[2] keep_dims=false reduce_type=ReduceMean",
                  "Reduce(x[2,3,4]) -> z[2,1,1] axes=[1,2] keep_dims=true reduce_type=ReduceMax"));
}

TEST(Axes, OneBeyondTheRankIsNotTranslated) {
  TestGraph graph;
  graph.Opset(11).Input("x", {2, 3}).Declare("y", {2, 3}).Declare("z", {2, 3});
  graph.Declare("a", {2, 3}).Declare("b", {2, 3}).Declare("c", {4, 3});
  graph.Op("Split", {"x"}, {"a", "b"}, {{"axis", std::int64_t{7}}});
  graph.Op("Concat", {"x", "x"}, {"c"}, {{"axis", std::int64_t{7}}});
  graph.Op("ReduceMean", {"x"}, {"y"}, {{"axes", Ints{7}}});
  graph.Op("Softmax", {"x"}, {"z"}, {{"axis", std::int64_t{7}}});
  const auto lines = graph.Lines();
  EXPECT_EQ(lines.size(), 4U);
  EXPECT_THAT(lines, Each(HasSubstr("onnx_opset=11")));
}

TEST(Reduction, OfSeveralSteps) {
  TestGraph graph;
  graph.Input("x", {2, 3}).Declare("y", {2, 1});
  graph.Op("ReduceL2", {"x"}, {"y"}, {{"axes", Ints{1}}});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("Eltwise_Binary(x[2,3], x[2,3]) -> y_step[2,3] operation=13",
                          "Reduce(y_step[2,3]) -> y_step_1[2,1] axes=[1] keep_dims=true "
                          "reduce_type=ReduceSum",
                          "Eltwise_Unary(y_step_1[2,1]) -> y[2,1] operation=15"));
}

TEST(Reduction, SoftmaxBeforeOpset13JoinsAxes) {
  TestGraph graph;
  graph.Opset(11).Input("x", {2, 3, 4}).Declare("y", {2, 3, 4}).Op("Softmax", {"x"}, {"y"});
  EXPECT_THAT(graph.Lines(), ElementsAre("Reshape(x[2,3,4]) -> x_reshaped[2,12]",
                                         "Softmax(x_reshaped[2,12]) -> y_joined[2,12] axis=1",
                                         "Reshape(y_joined[2,12]) -> y[2,3,4]"));
  graph.Opset(13);
  EXPECT_THAT(graph.Lines(), ElementsAre("Softmax(x[2,3,4]) -> y[2,3,4] axis=2"));
}

TEST(Reduction, PicksAlongTheLastAxis) {
  TestGraph graph;
  graph.Input("x", {2, 3}).Declare("v", {1, 3}).Declare("i", {1, 3}, ElementType::kInt64);
  graph.Int64s("k", {1}).Op("TopK", {"x", "k"}, {"v", "i"}, {{"axis", std::int64_t{0}}});
  graph.Declare("m", {2}, ElementType::kInt64);
  graph.Op("ArgMax", {"x"}, {"m"}, {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("Transpose(x[2,3]) -> x_transposed[3,2] perm=[1,0]",
                          "TopK(x_transposed[3,2]) -> v_picked[3,1], i_picked[3,1] k=1 "
                          "largest=true",
                          "Transpose(v_picked[3,1]) -> v[1,3] perm=[1,0]",
                          "Transpose(i_picked[3,1]) -> i[1,3] perm=[1,0]",
                          "Arg(x[2,3]) -> m[2] arg_type=Argmax axis=1 keep_dims=false"));
}

TEST(Linear, ConstantMatricesAreWeights) {
  TestGraph graph;
  graph.Input("x", {2, 3, 4}).Counting("w", {4, 5}).Declare("y", {2, 3, 5});
  graph.Op("MatMul", {"x", "w"}, {"y"});
  EXPECT_THAT(graph.Lines(), ElementsAre("FullyConnected(x[2,3,4], w[5,4]) -> y_fc[6,5]",
                                         "Reshape(y_fc[6,5]) -> y[2,3,5]"));
}

TEST(Linear, OthersAreMultiplied) {
  TestGraph graph;
  graph.Input("x", {2, 3, 4}).Input("w", {4, 5}).Declare("y", {2, 3, 5}).Input("v", {4});
  graph.Declare("z", {2, 3});
  graph.Op("MatMul", {"x", "w"}, {"y"}).Op("MatMul", {"x", "v"}, {"z"});
  EXPECT_THAT(graph.Lines(), ElementsAre("MatMul(x[2,3,4], w[4,5]) -> y[2,3,5] transpose_in0=false "
                                         "transpose_in1=false",
                                         "Reshape(v[4]) -> v_reshaped[1,4]",
                                         "FullyConnected(x[2,3,4], v_reshaped[1,4]) -> z_fc[6,1]",
                                         "Reshape(z_fc[6,1]) -> z[2,3]"));
}

std::vector<std::string> EinsumLines(const std::string& equation, Shape left, Shape right,
                                     Shape made) {
  TestGraph graph;
  graph.Input("a", std::move(left)).Input("b", std::move(right)).Declare("y", std::move(made));
  return graph.Op("Einsum", {"a", "b"}, {"y"}, {{"equation", equation}}).Lines();
}

TEST(Linear, EinsumIsAProductOfMatricesWhereItsEquationSaysSo) {
  EXPECT_THAT(EinsumLines("ij, jk -> ik", {3, 4}, {4, 5}, {3, 5}),
              ElementsAre("MatMul(a[3,4], b[4,5]) -> y[3,5] transpose_in0=false "
                          "transpose_in1=false"));
  EXPECT_THAT(EinsumLines("bhwc,hkc->bhwk", {1, 2, 3, 4}, {2, 5, 4}, {1, 2, 3, 5}),
              ElementsAre("MatMul(a[1,2,3,4], b[2,5,4]) -> y[1,2,3,5] transpose_in0=false "
                          "transpose_in1=true"));
  for (const char* other : {"ij,ij->ij", "ij,jk->ki", "ij,ji->ij", "ij,jk", "ii,ij->ij",
                            "ij,kj->ij", "...j,jk->..k", "ij,jk,kl->il", ",->", "ij,kj,->ik"}) {
    EXPECT_THAT(EinsumLines(other, {3, 3}, {3, 3}, {3, 3}),
                ElementsAre(HasSubstr("Einsum(a[3,3], b[3,3])")))
        << other;
  }
}

TEST(Linear, GemmIsFullyConnected) {
  TestGraph graph;
  graph.Input("x", {4, 3}).Counting("w", {4, 5}).Counting("b", {1, 5}).Counting("c", {3, 5});
  graph.Declare("y", {3, 5}).Declare("z", {3, 5}).Declare("a", {3, 5});
  const std::map<std::string, model::Attribute> transposed = {{"transA", std::int64_t{1}}};
  graph.Op("Gemm", {"x", "w", "b"}, {"y"}, transposed);
  graph.Op("Gemm", {"x", "w", "c"}, {"z"}, transposed);
  graph.Op("Gemm", {"x", "w"}, {"a"}, {{"transA", std::int64_t{1}}, {"alpha", 2.0F}});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("Transpose(x[4,3]) -> x_transposed[3,4] perm=[1,0]",
                          "FullyConnected(x_transposed[3,4], w[5,4], b[5]) -> y[3,5]",
                          "Transpose(x[4,3]) -> x_transposed_1[3,4] perm=[1,0]",
                          "FullyConnected(x_transposed_1[3,4], w[5,4]) -> z_product[3,5]",
                          "Eltwise_Binary(z_product[3,5], c[3,5]) -> z[3,5] operation=0",
                          HasSubstr("Gemm(x[4,3], w_1[4,5]) -> a[3,5] alpha=2f transA=1i")));
}

TEST(Recurrent, GatesAreTensorsOfTheirOwn) {
  TestGraph graph;
  graph.Input("x", {5, 1, 1}).Counting("w", {1, 4, 1}).Counting("r", {1, 4, 1});
  graph.Counting("b", {1, 8}).Declare("y", {5, 1, 1, 1});
  graph.Op("LSTM", {"x", "w", "r", "b"}, {"y"}, {{"hidden_size", std::int64_t{1}}});
  const auto written = graph.Write();
  ASSERT_TRUE(written.ok()) << written.status().message();
  const Graph& result = written->model.graphs[0];
  const Node& lstm = result.nodes[0];
  EXPECT_EQ(lstm.type, "Lstm");
  ASSERT_EQ(lstm.inputs.size(), 24U);
  std::vector<float> firsts;
  for (const std::size_t input : {1, 2, 3, 16}) {
    firsts.push_back(Values<float>(*FindTensor(result, lstm.inputs[input]))[0]);
  }
  EXPECT_THAT(firsts, ElementsAre(2, 3, 1, 0)) << "forget, cell, output, input";
  std::vector<float> biases;
  for (const std::size_t input : {7, 8, 9, 21}) {
    biases.push_back(Values<float>(*FindTensor(result, lstm.inputs[input]))[0]);
  }
  EXPECT_THAT(biases, ElementsAre(2 + 6, 3 + 7, 1 + 5, 0 + 4));
  EXPECT_EQ(FindTensor(result, lstm.inputs[12])->kind, TensorKind::kNull);
  EXPECT_EQ(NodeText(result, result.nodes[1]), "Reshape(y_direction[5,1,1]) -> y[5,1,1,1]");
}

TEST(Recurrent, BothDirectionsLieSideBySide) {
  TestGraph graph;
  graph.Input("x", {5, 2, 1}).Counting("w", {2, 3, 1}).Counting("r", {2, 3, 1});
  graph.Declare("y", {5, 2, 2, 1}).Declare("h", {2, 2, 1});
  graph.Op("GRU", {"x", "w", "r"}, {"y", "h"},
           {{"hidden_size", std::int64_t{1}}, {"direction", std::string("bidirectional")}});
  const auto lines = graph.Lines();
  EXPECT_THAT(lines[0],
              HasSubstr("direction=0 hidden_size=1 linear_before_reset=0 time_major=true"));
  EXPECT_THAT(lines[1], HasSubstr("direction=1"));
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("-> y[5,2,2,1] axis=1")));
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("-> h[2,2,1] axis=0")));
}

TEST(Recurrent, OtherActivationsKeepTheOperator) {
  TestGraph graph;
  graph.Input("x", {5, 1, 1}).Counting("w", {1, 4, 1}).Counting("r", {1, 4, 1});
  graph.Declare("y", {5, 1, 1, 1});
  graph.Op("LSTM", {"x", "w", "r"}, {"y"}, {{"clip", 1.0F}});
  EXPECT_THAT(graph.Lines(), ElementsAre(HasSubstr("LSTM(x[5,1,1], w[1,4,1], r[1,4,1])")));
}

TEST(FromGraph, RecurrentNodesWithOtherDimsAreWrittenAsTheyAre) {
  struct Dims {
    Shape weights, recurrence, bias, state;
  };
  for (const Dims& dims :
       {Dims{{1, 2, 1}, {1, 3, 1}, {1, 6}, {1, 1, 1}},
        Dims{{1, 3, 1}, {1, 2, 1}, {1, 6}, {1, 1, 1}},
        Dims{{1, 3, 2}, {1, 3, 1}, {1, 6}, {1, 1, 1}},
        Dims{{1, 3, 1}, {1, 3, 1}, {1, 3}, {1, 1, 1}}, Dims{{3, 1}, {3, 1}, {6}, {1, 1}},
        Dims{{1, 3, 1}, {1, 3, 1}, {1, 6}, {2, 1, 1}},
        Dims{{2, 3, 1}, {2, 3, 1}, {2, 6}, {2, 1, 1}}}) {
    TestGraph graph;
    graph.Input("x", {5, 1, 1}).Declare("y", {5, 1, 1, 1});
    graph.Counting("w", dims.weights).Counting("r", dims.recurrence).Counting("b", dims.bias);
    graph.Counting("h", dims.state);
    graph.Op("GRU", {"x", "w", "r", "b", "", "h"}, {"y"}, {{"hidden_size", std::int64_t{1}}});
    EXPECT_THAT(graph.Lines(), ElementsAre(HasSubstr("GRU(x[5,1,1]")));
  }
  TestGraph graph;  // Whose state would be gigabytes of zeros.
  graph.Input("x", {1, std::int64_t{1} << 33, 1}).Declare("y", {1, 1, std::int64_t{1} << 33, 1});
  graph.Counting("w", {1, 3, 1}).Counting("r", {1, 3, 1});
  graph.Op("GRU", {"x", "w", "r"}, {"y"}, {{"hidden_size", std::int64_t{1}}});
  EXPECT_THAT(graph.Write().value().warnings, ElementsAre(HasSubstr("GRU")));
}

}  // namespace
}  // namespace acc::dlc

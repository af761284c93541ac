// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include "dlc/from_graph/from_graph_testing.h"
#include "tensor/codes.h"

namespace acc::dlc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ints = std::vector<std::int64_t>;

TEST(Convolution, AGroupForEachChannelIsDepthwise) {
  TestGraph graph;
  graph.Input("x", {1, 2, 4, 4}).Counting("w", {2, 1, 3, 2}).ChannelLast("y", {1, 2, 2, 3});
  graph.Declare("z", {1, 2, 1, 1}).Op("Conv", {"x", "w"}, {"y"}, {{"group", std::int64_t{2}}});
  graph.Op("GlobalMaxPool", {"y"}, {"z"});
  EXPECT_EQ(graph.Lines()[1],
            "DepthWiseConv2d(x_nhwc[1,4,4,2], w[3,2,1,2]) -> y[1,2,3,2] dilation=[1,1] "
            "pad_amount=[0,0,0,0] stride=[1,1]");
  const auto written = graph.Write();
  EXPECT_THAT(Values<float>(*FindTensor(written->model.graphs[0], "w")),
              ElementsAre(0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11));
}

TEST(Convolution, OneAxisGetsAHeight) {
  TestGraph graph;
  graph.Input("x", {1, 2, 5}).Counting("w", {3, 2, 2}).Declare("y", {1, 3, 6});
  graph.Op("Conv", {"x", "w"}, {"y"}, {{"pads", Ints{2, 0}}});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("Transpose(x[1,2,5]) -> x_nfc[1,5,2] perm=[0,2,1]",
                          "Reshape(x_nfc[1,5,2]) -> x_nfc_reshaped[1,1,5,2]",
                          "Conv2d(x_nfc_reshaped[1,1,5,2], w[1,2,2,3]) -> y_with_height[1,1,6,3] "
                          "dilation=[1,1] group=1 pad_amount=[0,0,2,0] reuse_sparse_indices=false "
                          "stride=[1,1]",
                          "Reshape(y_with_height[1,1,6,3]) -> y_nfc[1,6,3]",
                          "Transpose(y_nfc[1,6,3]) -> y[1,3,6] perm=[0,2,1]"));
}

TEST(Convolution, AutomaticPaddingFollowsFromTheDims) {
  for (const auto& [auto_pad, pads] :
       {std::pair{"SAME_UPPER", "[0,1,0,1]"}, {"SAME_LOWER", "[1,0,1,0]"}}) {
    TestGraph graph;
    graph.Input("x", {1, 1, 4, 4}).Counting("w", {1, 1, 2, 2}).Declare("y", {1, 1, 4, 4});
    graph.Op("Conv", {"x", "w"}, {"y"}, {{"auto_pad", std::string(auto_pad)}});
    EXPECT_THAT(graph.Lines()[1], HasSubstr(std::string("pad_amount=") + pads));
  }
}

TEST(Convolution, AFilterFromTheGraphIsTransposed) {
  TestGraph graph;
  graph.Input("x", {1, 2, 4, 4}).Input("w", {3, 2, 1, 1}).Declare("y", {1, 3, 4, 4});
  graph.Op("Conv", {"x", "w"}, {"y"});
  EXPECT_EQ(graph.Lines()[1], "Transpose(w[3,2,1,1]) -> w_transposed[1,1,2,3] perm=[2,3,1,0]");
}

TEST(Convolution, TransposedFiltersKeepTheirInputsFirst) {
  TestGraph graph;
  graph.Input("x", {1, 2, 3, 3}).Counting("w", {2, 4, 2, 2}).Declare("y", {1, 4, 7, 7});
  graph.Op("ConvTranspose", {"x", "w"}, {"y"},
           {{"strides", Ints{2, 2}}, {"output_padding", Ints{1, 1}}});
  EXPECT_EQ(graph.Lines()[1],
            "TransposeConv2d(x_nhwc[1,3,3,2], w[2,2,2,4]) -> y_nhwc[1,7,7,4] group=1 "
            "output_padding=[1,1] pad_amount=[0,0,0,0] stride=[2,2]");
}

TEST(Convolution, ThreeAxes) {
  TestGraph graph;
  graph.Input("x", {1, 2, 3, 3, 3}).Counting("w", {4, 2, 1, 1, 1}).Declare("y", {1, 4, 3, 3, 3});
  graph.Op("Conv", {"x", "w"}, {"y"});
  EXPECT_THAT(graph.Lines()[1],
              HasSubstr("Conv3d(x_ndhwc[1,3,3,3,2], w[1,1,1,2,4]) -> y_ndhwc[1,3,3,3,4]"));
}

TEST(Convolution, DilatedTransposedFiltersKeepTheOperator) {
  TestGraph graph;
  graph.Input("x", {1, 1, 3, 3}).Counting("w", {1, 1, 2, 2}).Declare("y", {1, 1, 5, 5});
  graph.Op("ConvTranspose", {"x", "w"}, {"y"}, {{"dilations", Ints{2, 2}}});
  EXPECT_THAT(graph.Lines(), ElementsAre(HasSubstr("ConvTranspose(x[1,1,3,3], w[1,1,2,2])")));
}

TEST(Pooling, WindowsAndWholeImages) {
  TestGraph graph;
  graph.Input("x", {1, 2, 5, 5}).Declare("y", {1, 2, 3, 3}).Declare("z", {1, 2, 1, 1});
  graph.Op("AveragePool", {"x"}, {"y"},
           {{"kernel_shape", Ints{2, 2}},
            {"strides", Ints{2, 2}},
            {"ceil_mode", std::int64_t{1}},
            {"count_include_pad", std::int64_t{1}}});
  graph.Op("GlobalAveragePool", {"x"}, {"z"});
  const auto lines = graph.Lines();
  EXPECT_EQ(lines[1],
            "Pool(x_nhwc[1,5,5,2]) -> y_nhwc[1,3,3,2] filter_size=[2,2] pad_amount=[0,0,0,0] "
            "pool_type=PoolAvg2d stride=[2,2] count_pad_for_edges=true rounding_mode=1");
  EXPECT_EQ(lines[3],
            "Pool(x_nhwc[1,5,5,2]) -> z_nhwc[1,1,1,2] filter_size=[5,5] pad_amount=[0,0,0,0] "
            "pool_type=PoolAvg2d stride=[5,5] count_pad_for_edges=false");
}

// What a file only claims is not made.
TEST(Pooling, ANormOfMoreWindowsThanThereCanBeKeepsTheOperator) {
  constexpr std::int64_t kMany = std::int64_t{1} << 30;
  TestGraph graph;
  graph.Input("x", {1, 2, kMany, 4}).Declare("y", {1, 2, kMany, 4});
  graph.Op("LpPool", {"x"}, {"y"}, {{"kernel_shape", Ints{1, 1}}});
  EXPECT_THAT(graph.Lines(), ElementsAre(HasSubstr("LpPool(x[1,2,1073741824,4])")));
}

TEST(Pooling, ANormOfAWindowIsAMeanTimesItsElements) {
  TestGraph graph;
  graph.Input("x", {1, 2, 3, 4}).Declare("y", {1, 2, 2, 2});
  graph.Op("LpPool", {"x"}, {"y"},
           {{"kernel_shape", Ints{2, 3}}, {"strides", Ints{2, 3}}, {"pads", Ints{0, 1, 1, 1}}});
  const auto written = graph.Write();
  ASSERT_TRUE(written.ok());
  const Graph& made = written->model.graphs.front();
  const auto lines = graph.Lines();
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[1],
            "Eltwise_Binary(x_nhwc[1,3,4,2], x_nhwc[1,3,4,2]) -> y_powers[1,3,4,2] "
            "operation=13");
  EXPECT_EQ(lines[2],
            "Pool(y_powers[1,3,4,2]) -> y_mean[1,2,2,2] filter_size=[2,3] "
            "pad_amount=[0,1,1,1] pool_type=PoolAvg2d stride=[2,3]");
  EXPECT_EQ(lines[3], "Eltwise_Unary(y_mean[1,2,2,2]) -> y_root[1,2,2,2] operation=15");
  EXPECT_EQ(lines[4],
            "Eltwise_Binary(y_root[1,2,2,2], y_counts[1,2,2,1]) -> y_nhwc[1,2,2,2] "
            "operation=13");
  EXPECT_THAT(Values<float>(*FindTensor(made, "y_counts")),
              ElementsAre(2, 2, std::sqrt(2.0F), std::sqrt(2.0F)))
      << "of the elements that lie in the image";
}

TEST(Pooling, LargestElementsOfDilatedWindows) {
  TestGraph graph;
  graph.Input("x", {1, 2, 5, 5}).Declare("y", {1, 2, 3, 3}).Declare("z", {1, 2, 3, 3});
  const std::map<std::string, model::Attribute> window = {{"kernel_shape", Ints{2, 2}},
                                                          {"dilations", Ints{2, 2}}};
  graph.Op("MaxPool", {"x"}, {"y"}, window).Op("AveragePool", {"x"}, {"z"}, window);
  const auto lines = graph.Lines();
  EXPECT_EQ(lines[1],
            "Pool(x_nhwc[1,5,5,2]) -> y_nhwc[1,3,3,2] filter_size=[2,2] pad_amount=[0,0,0,0] "
            "pool_type=PoolMax2d stride=[1,1] dilation=[2,2]");
  EXPECT_THAT(lines[3], HasSubstr("AveragePool(x[1,2,5,5])"));
  EXPECT_THAT(graph.Write()->warnings,
              ElementsAre(HasSubstr("QNN's average pooling has no dilations")));
}

TEST(Pooling, IndicesKeepTheOperator) {
  TestGraph graph;
  graph.Input("x", {1, 2, 5, 5}).Declare("z", {1, 2, 4, 4});
  graph.Declare("i", {1, 2, 4, 4}, ElementType::kInt64);
  graph.Op("MaxPool", {"x"}, {"z", "i"}, {{"kernel_shape", Ints{2, 2}}});
  EXPECT_THAT(graph.Lines(),
              ElementsAre(HasSubstr("-> z[1,2,4,4], i_int64[1,2,4,4]"), HasSubstr("Cast(i_int64")));
  EXPECT_THAT(graph.Write()->warnings, ElementsAre(HasSubstr("no output for the indices")));
}

TEST(Image, ResizeByTheQuotientOfDims) {
  TestGraph graph;
  graph.Input("x", {1, 2, 4, 4}).Declare("y", {1, 2, 8, 8}).Floats("s", {4}, {1, 1, 2, 2});
  graph.Op("Resize", {"x", "", "s"}, {"y"},
           {{"mode", std::string("nearest")},
            {"coordinate_transformation_mode", std::string("asymmetric")},
            {"nearest_mode", std::string("floor")}});
  EXPECT_EQ(graph.Lines()[1],
            "Resize(x_nhwc[1,4,4,2]) -> y_nhwc[1,8,8,2] exclude_outside=false "
            "interpolation_mode=0 nearest_mode=2 transformation_mode=3");
}

TEST(Image, ScalesThatAreNoQuotientKeepTheOperator) {
  TestGraph graph;
  graph.Input("x", {1, 2, 5, 5}).Declare("y", {1, 2, 7, 7}).Floats("s", {4}, {1, 1, 1.5, 1.5});
  graph.Op("Resize", {"x", "", "s"}, {"y"});
  EXPECT_THAT(graph.Lines(), ElementsAre(HasSubstr("Resize(x[1,2,5,5], null_tensor[0], s[4])")));
  EXPECT_THAT(graph.Write()->warnings,
              ElementsAre(HasSubstr("its scales are not the quotients of its sizes")));
}

TEST(Image, AlignedCornersNeedNoScales) {
  TestGraph graph;
  graph.Input("x", {1, 2, 5, 5}).Declare("y", {1, 2, 7, 7}).Floats("s", {4}, {1, 1, 1.5, 1.5});
  graph.Op("Resize", {"x", "", "s"}, {"y"},
           {{"mode", std::string("linear")},
            {"coordinate_transformation_mode", std::string("align_corners")}});
  EXPECT_EQ(graph.Lines()[1],
            "Resize(x_nhwc[1,5,5,2]) -> y_nhwc[1,7,7,2] exclude_outside=false "
            "interpolation_mode=1 transformation_mode=2");
}

TEST(Image, BlocksAndGrids) {
  TestGraph graph;
  graph.Input("x", {1, 4, 2, 2}).Input("g", {1, 3, 3, 2});
  graph.Declare("y", {1, 1, 4, 4}).Declare("z", {1, 4, 3, 3});
  graph.Op("DepthToSpace", {"x"}, {"y"},
           {{"blocksize", std::int64_t{2}}, {"mode", std::string("CRD")}});
  graph.Op("GridSample", {"x", "g"}, {"z"}, {{"padding_mode", std::string("border")}});
  const auto lines = graph.Lines();
  EXPECT_EQ(lines[1], "DepthToSpace(x_nhwc[1,2,2,4]) -> y_nhwc[1,4,4,1] block_size=[2,2] mode=1");
  EXPECT_EQ(lines[3],
            "GridSample(x_nhwc[1,2,2,4], g[1,3,3,2]) -> z_nhwc[1,3,3,4] align_corners=false "
            "mode=0 padding_mode=1");
}

TEST(Normalization, StatisticsBecomeWeightAndBias) {
  TestGraph graph;
  graph.Input("x", {1, 1, 2, 2}).Declare("y", {1, 1, 2, 2}).Floats("s", {1}, {2});
  graph.Floats("b", {1}, {1}).Floats("m", {1}, {3}).Floats("v", {1}, {4});
  graph.Op("BatchNormalization", {"x", "s", "b", "m", "v"}, {"y"}, {{"epsilon", 0.0F}});
  EXPECT_EQ(graph.Lines()[1],
            "Batchnorm(x_nhwc[1,2,2,1], y_weight[1], y_bias[1]) -> y_nhwc[1,2,2,1]");
  const auto written = graph.Write();
  const Graph& result = written->model.graphs[0];
  EXPECT_THAT(Values<float>(*FindTensor(result, "y_weight")), ElementsAre(1));
  EXPECT_THAT(Values<float>(*FindTensor(result, "y_bias")), ElementsAre(-2));
}

TEST(Normalization, ScaleAndBiasKeepTheirEncodingsWhereStatisticsDoNothing) {
  TestGraph graph;
  graph.Input("x", {1, 1, 2, 2}).Declare("y", {1, 1, 2, 2}).Floats("s", {1}, {2});
  graph.Floats("b", {1}, {1}).Floats("m", {1}, {0}).Floats("v", {1}, {1});
  graph.Op("BatchNormalization", {"x", "s", "b", "m", "v"}, {"y"}, {{"epsilon", 0.0F}});
  const TensorEncoding encoding = {.channels = {EncodingFromScale(0.5, 0, 8, false)}};
  for (const char* name : {"x", "y"}) graph.Activation(name, encoding);
  for (const char* name : {"s", "b"}) graph.Param(name, encoding);
  EXPECT_EQ(graph.Lines()[1], "Batchnorm(x_nhwc[1,2,2,1], s[1], b[1]) -> y_nhwc[1,2,2,1]");
  const auto written = graph.Write();
  const Tensor* scale = FindTensor(written->model.graphs[0], "s");
  EXPECT_EQ(scale->type, DataType::kUfixed8);
  EXPECT_THAT(Values<std::uint8_t>(*scale), ElementsAre(4));
}

// What a file only claims is not made.
TEST(Normalization, OfMoreChannelsThanThereCanBe) {
  constexpr std::int64_t kMany = std::int64_t{1} << 60;
  TestGraph graph;
  graph.Input("x", {1, kMany, 1}).Declare("y", {1, kMany, 1});
  graph.Floats("s", {2}, {1, 1}).Floats("b", {2}, {0, 0});
  graph.Op("GroupNormalization", {"x", "s", "b"}, {"y"}, {{"num_groups", std::int64_t{2}}});
  EXPECT_THAT(graph.Lines(), ElementsAre(HasSubstr("GroupNormalization(x[1,")));
}

TEST(Normalization, OverTheLastAxes) {
  TestGraph graph;
  graph.Input("x", {2, 3, 4}).Declare("y", {2, 3, 4}).Counting("s", {3, 4});
  graph.Op("LayerNormalization", {"x", "s"}, {"y"}, {{"axis", std::int64_t{-2}}});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("LayerNorm(x[2,3,4], s[3,4]) -> y[2,3,4] axes=[1,2] epsilon=1e-05f"));
}

}  // namespace
}  // namespace acc::dlc

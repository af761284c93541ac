// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "quantize/algorithms.h"
#include "quantize/encoding.h"
#include "quantize/graph_testing.h"
#include "quantize/quantize.h"
#include "quantize/ranges.h"

namespace acc::quantize {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

Calibrator CalibratorFor(Quantizer& quantizer) {
  Quantizer* const quantizers[] = {&quantizer};
  return quantize::CalibratorFor(quantizers);
}

// Quantizes with every calibrated tensor seen as -1 to 3.
Result<QuantizedGraph> Quantize(const TestGraph& test, const Options& options = {},
                                const Overrides& overrides = {},
                                const std::map<std::string, std::string>& source_name = {}) {
  ACC_ASSIGN_OR_RETURN(auto quantizer,
                       CreateQuantizer(test.graph, test.types, source_name, overrides, options));
  Calibrator calibrator = CalibratorFor(*quantizer);
  for (const std::string& tensor : quantizer->wanted()) {
    calibrator.Observe(tensor, std::vector<float>{-1, 0.5F, 3});
  }
  return quantizer->Finish(calibrator);
}

QuantizedGraph QuantizeOk(const TestGraph& test, const Options& options = {},
                          const Overrides& overrides = {}) {
  auto result = Quantize(test, options, overrides);
  EXPECT_TRUE(result.ok()) << result.status().message();
  // What is made must be a graph: every name made once, and before it is read.
  if (result.ok()) {
    EXPECT_TRUE(model::SortNodes(result->graph).ok());
  }
  return result.ok() ? *std::move(result) : QuantizedGraph{};
}

const model::Node* ProducerOf(const model::Graph& graph, const std::string& tensor) {
  for (const model::Node& node : graph.nodes) {
    if (std::count(node.outputs.begin(), node.outputs.end(), tensor) != 0) return &node;
  }
  return nullptr;
}

// The operators from `tensor` upwards along first inputs, the last one first.
std::vector<std::string> Chain(const model::Graph& graph, std::string tensor) {
  std::vector<std::string> chain;
  for (const model::Node* node = ProducerOf(graph, tensor); node != nullptr;
       node = ProducerOf(graph, tensor)) {
    chain.push_back(node->op_type);
    tensor = node->inputs.front();
  }
  return chain;
}

const model::Node& NodeOf(const model::Graph& graph, const std::string& op_type) {
  return *std::find_if(graph.nodes.begin(), graph.nodes.end(),
                       [&](const model::Node& node) { return node.op_type == op_type; });
}

// x -> Conv(w, b) -> Relu -> y
TestGraph ConvRelu() {
  TestGraph test;
  test.Input("x", {1, 1, 1, 1}).Floats("w", {1, 1, 1, 1}, {2}).Floats("b", {1}, {1});
  test.Node("Conv", {"x", "w", "b"}, {"c"}).Node("Relu", {"c"}, {"y"}).Output("y");
  return test;
}

TEST(Quantizer, NothingSitsBetweenConvAndRelu) {
  const QuantizedGraph result = QuantizeOk(ConvRelu());
  EXPECT_THAT(Chain(result.graph, "y"), ElementsAre("DequantizeLinear", "QuantizeLinear", "Relu",
                                                    "Conv", "DequantizeLinear", "QuantizeLinear"));
  const model::Node& conv = NodeOf(result.graph, "Conv");
  EXPECT_THAT(Chain(result.graph, conv.inputs[1]), ElementsAre("DequantizeLinear"));
  EXPECT_THAT(Chain(result.graph, conv.inputs[2]), ElementsAre("DequantizeLinear"));
  EXPECT_THAT(result.fused, ElementsAre(Pair("c", "fused into y_node")));
  EXPECT_THAT(result.activations, ElementsAre(Key("x"), Key("y")));
  EXPECT_THAT(result.params, ElementsAre(Key("b"), Key("w")));
  EXPECT_EQ(result.graph.opsets.at("com.microsoft"), 1);
}

TEST(Quantizer, FloatWeightsThatNobodyReadsAreRemoved) {
  const QuantizedGraph result = QuantizeOk(ConvRelu());
  EXPECT_THAT(result.graph.initializers, Not(Contains(Key("w"))));
  EXPECT_THAT(result.graph.initializers, Contains(Key("w_quantized")));
}

TEST(Quantizer, TheTwinIsWhatTheTargetStores) {
  Options options;
  options.activation_bitwidth = 16;
  const QuantizedGraph result = QuantizeOk(ConvRelu(), options);
  const model::Node* twin = ProducerOf(result.graph, result.quantized_name.at("y"));
  ASSERT_NE(twin, nullptr);
  EXPECT_EQ(twin->op_type, "QuantizeLinear");
  EXPECT_EQ(twin->domain, "com.microsoft");
  const Encoding& encoding = result.activations.at("y").channels.front();
  const Tensor& scale = result.graph.initializers.at(twin->inputs[1]);
  const Tensor& zero = result.graph.initializers.at(twin->inputs[2]);
  EXPECT_EQ(scale.values<float>()[0], encoding.scale);
  EXPECT_EQ(zero.type(), ElementType::kUint16);
  EXPECT_EQ(zero.values<std::uint16_t>()[0], -encoding.offset);
  EXPECT_NEAR(encoding.min, -1, 1e-4);
  EXPECT_NEAR(encoding.max, 3, 1e-4);
}

TEST(Quantizer, GraphOutputsKeepTheirNamesAndInputsTheirs) {
  const QuantizedGraph result = QuantizeOk(ConvRelu());
  EXPECT_EQ(result.graph.inputs[0].name, "x");
  EXPECT_EQ(result.graph.outputs[0].name, "y");
  EXPECT_EQ(ProducerOf(result.graph, "y")->op_type, "DequantizeLinear");
  EXPECT_EQ(NodeOf(result.graph, "Relu").outputs[0], "y_float");
}

TEST(Quantizer, NamesThatAreTakenAreNotReused) {
  TestGraph test;
  test.Input("x", {1}).Input("x_quantized", {1});
  test.Node("Add", {"x", "x_quantized"}, {"x_dequantized"}).Output("x_dequantized");
  const QuantizedGraph result = QuantizeOk(test);
  EXPECT_EQ(result.quantized_name.at("x"), "x_quantized_1");
}

TEST(Quantizer, AResidualAddReadsBothDequantized) {
  TestGraph test = ConvRelu();
  test.graph.outputs.clear();
  test.Node("Add", {"y", "x"}, {"sum"}).Output("sum");
  const QuantizedGraph result = QuantizeOk(test);
  const model::Node& add = NodeOf(result.graph, "Add");
  EXPECT_THAT(add.inputs, ElementsAre("y_dequantized", "x_dequantized"));
  EXPECT_EQ(NodeOf(result.graph, "Conv").inputs[0], "x_dequantized");
}

TEST(Quantizer, AChainCalibratesItsRootAndHasOneEncoding) {
  TestGraph test;
  test.Input("x", {1, 4}).Int64s("shape", {2}, {2, 2});
  test.Node("Reshape", {"x", "shape"}, {"r"}).Node("Transpose", {"r"}, {"t"}).Output("t");
  auto quantizer = CreateQuantizer(test.graph, test.types, {}, {}, {});
  ASSERT_TRUE(quantizer.ok());
  EXPECT_THAT((*quantizer)->wanted(), ElementsAre("x"));
  const QuantizedGraph result = QuantizeOk(test);
  EXPECT_EQ(result.activations.at("t").channels[0].scale,
            result.activations.at("x").channels[0].scale);
  EXPECT_THAT(result.shares_range_with, ElementsAre(Pair("r", "x"), Pair("t", "x")));
  EXPECT_THAT(result.quantized_name, ElementsAre(Key("r"), Key("t"), Key("x")));
  EXPECT_EQ(NodeOf(result.graph, "Reshape").inputs[1], "shape");
}

TEST(Quantizer, AScatterHasOneEncodingThatHoldsAllItsValues) {
  TestGraph test;
  test.Input("x", {1, 4}).Int64s("i", {1, 2}, {1, 3}).Floats("u", {1, 2}, {-7, 20});
  test.Node("ScatterElements", {"x", "i", "u"}, {"y"}).Output("y");
  for (const Algorithm algorithm : {Algorithm::kTf, Algorithm::kEnhanced}) {
    const QuantizedGraph result = QuantizeOk(test, {.activations = algorithm});
    const Encoding& encoding = result.activations.at("x").channels[0];
    EXPECT_NEAR(encoding.min, -7, encoding.scale);
    EXPECT_NEAR(encoding.max, 20, encoding.scale);
    EXPECT_TRUE(HaveEqualScales(result.activations.at("y"), result.activations.at("x")));
    EXPECT_TRUE(HaveEqualScales(result.params.at("u"), result.activations.at("x")));
  }
}

TEST(Quantizer, AFixedRangeGivesWayToWhatIsPaddedWith) {
  TestGraph test;
  test.Input("x", {2}).Int64s("pads", {2}, {1, 1}).Floats("five", {}, {5});
  test.Node("Softmax", {"x"}, {"s"}).Node("Pad", {"s", "pads", "five"}, {"y"}).Output("y");
  const QuantizedGraph result = QuantizeOk(test, {.fixed_ranges = true});
  EXPECT_GT(result.activations.at("s").channels[0].max, 2.9);
}

TEST(Quantizer, ReadersOfBoundsGetTheFloatTensor) {
  TestGraph test;
  test.Input("x", {1}).Input("roi", {0});
  test.Node("Abs", {"x"}, {"a"}).Node("Resize", {"x", "roi", "a"}, {"s"});
  test.Node("Add", {"a", "s"}, {"y"}).Output("y");
  const QuantizedGraph result = QuantizeOk(test);
  EXPECT_THAT(NodeOf(result.graph, "Resize").inputs, ElementsAre("x_dequantized", "roi", "a"));
  EXPECT_EQ(NodeOf(result.graph, "Add").inputs[0], "a_dequantized");
}

TEST(Quantizer, PerChannelWeightsDequantizeAlongTheirAxis) {
  TestGraph test;
  test.Input("x", {1, 2}).Floats("w", {3, 2}, {1, 2, 3, 4, 5, 6}).Floats("b", {3}, {1, 2, 3});
  test.Node("Gemm", {"x", "w", "b"}, {"y"}).Output("y");
  test.graph.nodes.back().attributes["transB"] = std::int64_t{1};
  Options options;
  options.per_channel_weights = true;
  options.bias_bitwidth = 32;
  const QuantizedGraph result = QuantizeOk(test, options);
  const model::Node& gemm = NodeOf(result.graph, "Gemm");
  const model::Node* weight = ProducerOf(result.graph, gemm.inputs[1]);
  EXPECT_EQ(weight->Get<std::int64_t>("axis", -1), 0);
  EXPECT_EQ(result.graph.initializers.at(weight->inputs[1]).dims(), Shape{3});
  EXPECT_EQ(result.graph.initializers.at(weight->inputs[2]).type(), ElementType::kInt8);
  const model::Node* bias = ProducerOf(result.graph, gemm.inputs[2]);
  EXPECT_EQ(result.graph.initializers.at(bias->inputs[0]).type(), ElementType::kInt32);
  EXPECT_EQ(result.params.at("b").channels.size(), 3u);
}

TEST(Quantizer, WithoutWeightQuantizationConstantsStayFloat) {
  Options options;
  options.quantize_weights = false;
  const QuantizedGraph result = QuantizeOk(ConvRelu(), options);
  EXPECT_THAT(NodeOf(result.graph, "Conv").inputs, ElementsAre("x_dequantized", "w", "b"));
  EXPECT_THAT(result.params, ElementsAre(Key("b"), Key("w")));
}

Overrides ActivationOverride(const std::string& tensor, const Encoding& encoding) {
  Overrides overrides;
  overrides.activations[tensor].channels = {encoding};
  return overrides;
}

TEST(Quantizer, AnOverrideIsTakenBySourceNameAndNeedsNoCalibration) {
  const Overrides overrides = ActivationOverride("model/y", AsymmetricEncoding(0, 6, 16));
  const std::map<std::string, std::string> source_name = {{"y", "model/y"}};
  const TestGraph test = ConvRelu();
  auto quantizer = CreateQuantizer(test.graph, test.types, source_name, overrides, {});
  ASSERT_TRUE(quantizer.ok());
  EXPECT_THAT((*quantizer)->wanted(), ElementsAre("x"));
  const auto result = Quantize(test, {}, overrides, source_name);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->activations.at("y").channels[0].bitwidth, 16);
  EXPECT_EQ(result->activations.at("x").channels[0].bitwidth, 8);
  EXPECT_THAT(result->unknown_overrides, IsEmpty());
}

TEST(Quantizer, AnOverrideAnywhereInAChainDecidesForAll) {
  TestGraph test;
  test.Input("x", {1}).Node("Flatten", {"x"}, {"f"}).Output("f");
  const QuantizedGraph result =
      QuantizeOk(test, {}, ActivationOverride("f", AsymmetricEncoding(0, 6, 8)));
  EXPECT_NEAR(result.activations.at("x").channels[0].max, 6, 1e-5);
}

TEST(Quantizer, AnIdentityBetweenGivenEncodingsConverts) {
  TestGraph test;
  test.Input("x", {1}).Node("Identity", {"x"}, {"wide"}).Node("Identity", {"wide"}, {"same"});
  test.Node("Identity", {"same"}, {"real"}).Node("Identity", {"real"}, {"narrow"}).Output("narrow");
  Overrides overrides;
  overrides.activations["x"].channels = {AsymmetricEncoding(0, 6, 8)};
  overrides.activations["wide"].channels = {AsymmetricEncoding(0, 9, 16)};
  overrides.activations["same"] = overrides.activations["wide"];
  overrides.activations["real"] = {.channels = {{.bitwidth = 32}}, .is_float = true};
  overrides.activations["narrow"] = overrides.activations["x"];
  const QuantizedGraph result = QuantizeOk(test, {}, overrides);
  EXPECT_EQ(result.activations.at("wide").channels[0].bitwidth, 16);
  EXPECT_EQ(result.activations.at("same").channels[0].bitwidth, 16);
  EXPECT_FALSE(result.quantized_name.contains("real"));
  EXPECT_TRUE(result.quantized_name.contains("narrow"));
  EXPECT_THAT(result.shares_range_with, ElementsAre(Pair("same", "wide")));
}

TEST(Quantizer, GivenEncodingsAreAllThereAre) {
  TestGraph test;
  test.Input("x", {1, 1, 2, 2}).Floats("w", {1, 1, 1, 1}, {0.5F}).Floats("b", {1}, {3});
  test.Node("Transpose", {"x"}, {"moved"}).Node("Conv", {"moved", "w", "b"}, {"c"});
  test.Node("Relu", {"c"}, {"r"})
      .Node("MaxPool", {"r"}, {"p"})
      .Node("Exp", {"p"}, {"e"})
      .Output("e");
  Options options;
  options.given_encodings_only = true;
  Overrides overrides;
  overrides.activations["x"].channels = {AsymmetricEncoding(0, 6, 8)};
  overrides.activations["c"].channels = {AsymmetricEncoding(-1, 1, 8)};
  overrides.activations["r"].channels = {AsymmetricEncoding(0, 1, 8)};
  overrides.activations["p"].channels = {AsymmetricEncoding(0, 2, 16)};
  overrides.params["w"].channels = {SymmetricEncoding(-1, 1, 8)};
  auto quantizer = CreateQuantizer(test.graph, test.types, {}, overrides, options);
  ASSERT_TRUE(quantizer.ok()) << quantizer.status().message();
  EXPECT_THAT((*quantizer)->wanted(), IsEmpty());
  const auto result = (*quantizer)->Finish(CalibratorFor(**quantizer));
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_THAT(result->shares_range_with, ElementsAre(Pair("moved", "x")));
  EXPECT_THAT(result->fused, IsEmpty()) << "the file stores what the Relu reads";
  EXPECT_TRUE(result->quantized_name.contains("c"));
  EXPECT_EQ(result->activations.at("p").channels[0].bitwidth, 16) << "moved, but with its own";
  EXPECT_FALSE(result->activations.contains("e"));
  EXPECT_THAT(result->params, Contains(Key("w")));
  EXPECT_THAT(result->params, Not(Contains(Key("b"))));
}

TEST(Quantizer, WhatHasItsRelusGivenEncodingIsFused) {
  Options options;
  options.given_encodings_only = true;
  Overrides overrides = ActivationOverride("c", AsymmetricEncoding(0, 6, 8));
  overrides.activations["y"] = overrides.activations["c"];
  const QuantizedGraph result = QuantizeOk(ConvRelu(), options, overrides);
  EXPECT_THAT(result.fused, ElementsAre(Pair("c", HasSubstr("fused into y_node"))));
  EXPECT_FALSE(result.quantized_name.contains("c"));
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(Quantizer, OverridesThatCannotBeUsedAreTold) {
  Overrides overrides = ActivationOverride("c", AsymmetricEncoding(0, 6, 8));
  overrides.activations["nobody"].channels = {AsymmetricEncoding(0, 6, 8)};
  const QuantizedGraph result = QuantizeOk(ConvRelu(), {}, overrides);
  EXPECT_THAT(result.unknown_overrides, ElementsAre("nobody"));
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("'c' is not used: it is fused into y_node")));
}

TEST(Quantizer, AFloatOverrideLeavesNoPair) {
  Overrides overrides = ActivationOverride("x", {.bitwidth = 16});
  overrides.activations["x"].is_float = true;
  const QuantizedGraph result = QuantizeOk(ConvRelu(), {}, overrides);
  EXPECT_THAT(NodeOf(result.graph, "Conv").inputs, ElementsAre("x", "w", "b"));
  EXPECT_THAT(result.quantized_name, ElementsAre(Key("y")));
  EXPECT_TRUE(result.activations.at("x").is_float);
}

TEST(Quantizer, AnOverrideThatNoActivationCanHaveIsRefused) {
  const auto wide = Quantize(ConvRelu(), {}, ActivationOverride("y", AsymmetricEncoding(0, 1, 4)));
  EXPECT_THAT(wide.status().message(), HasSubstr("'y': 4 bits"));
  EXPECT_EQ(wide.status().code(), StatusCode::kUsage);
}

TEST(Quantizer, ImpossibleBitwidthsAreRefused) {
  Options options;
  options.weight_bitwidth = 5;
  EXPECT_THAT(Quantize(ConvRelu(), options).status().message(), HasSubstr("5"));
  options = {};
  options.activation_bitwidth = 4;
  EXPECT_FALSE(Quantize(ConvRelu(), options).ok());
}

TEST(Quantizer, UncalibratedAndAllNanTensorsFailByName) {
  const TestGraph test = ConvRelu();
  auto quantizer = CreateQuantizer(test.graph, test.types, {}, {}, {});
  ASSERT_TRUE(quantizer.ok());
  Calibrator calibrator = CalibratorFor(**quantizer);
  EXPECT_THAT((*quantizer)->Finish(calibrator).status().message(), HasSubstr("'x'"));
  calibrator.Observe("x", std::vector<float>{1});
  calibrator.Observe("y", std::vector<float>{std::nanf("")});
  EXPECT_THAT((*quantizer)->Finish(calibrator).status().message(), HasSubstr("'y'"));
}

TEST(Quantizer, FixedRangesAreAnOption) {
  TestGraph test;
  test.Input("x", {1}).Node("Softmax", {"x"}, {"y"}).Output("y");
  EXPECT_NE(QuantizeOk(test).activations.at("y").channels[0].scale, 1.0 / 256);
  Options options;
  options.fixed_ranges = true;
  EXPECT_EQ(QuantizeOk(test, options).activations.at("y").channels[0].scale, 1.0 / 256);
}

TEST(Quantizer, SixteenBitSigmoidsHaveTheTargetsEncodingWhateverIsGiven) {
  TestGraph test;
  test.Input("x", {1}).Node("HardSigmoid", {"x"}, {"y"}).Output("y");
  Options options;
  options.activation_bitwidth = 16;
  EXPECT_EQ(QuantizeOk(test, options).activations.at("y").channels[0].scale, 1.0 / 65536);

  Overrides overrides;
  overrides.activations["y"].channels = {{.bitwidth = 16, .max = 1, .scale = 1.0 / 65535}};
  auto quantizer = CreateQuantizer(test.graph, test.types, {}, overrides, options);
  ASSERT_TRUE(quantizer.ok());
  Calibrator calibrator = CalibratorFor(**quantizer);
  calibrator.Observe("x", std::vector<float>{1});
  const auto result = (*quantizer)->Finish(calibrator);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->activations.at("y").channels[0].scale, 1.0 / 65536);
  EXPECT_THAT(result->notes, Contains(HasSubstr("is not used")));
}

TEST(Quantizer, OneCalibrationServesEveryAlgorithm) {
  const TestGraph test = ConvRelu();
  std::vector<std::unique_ptr<Quantizer>> quantizers;
  std::vector<Quantizer*> pointers;
  for (const AlgorithmInfo& algorithm : Algorithms()) {
    const Options options{.activations = algorithm.algorithm, .weights = algorithm.algorithm};
    auto quantizer = CreateQuantizer(test.graph, test.types, {}, {}, options);
    ASSERT_TRUE(quantizer.ok());
    pointers.push_back(quantizer->get());
    quantizers.push_back(*std::move(quantizer));
  }
  Calibrator calibrator = quantize::CalibratorFor(pointers);
  for (const std::string& tensor : calibrator.tensors()) {
    calibrator.Observe(tensor, std::vector<float>{-1, 0.5F, 3});
  }
  for (std::size_t i = 0; i < quantizers.size(); ++i) {
    const auto result = quantizers[i]->Finish(calibrator);
    ASSERT_TRUE(result.ok()) << result.status().message();
    const Options options{.activations = Algorithms()[i].algorithm,
                          .weights = Algorithms()[i].algorithm};
    const QuantizedGraph alone = QuantizeOk(test, options);
    for (const char* tensor : {"x", "y"}) {
      EXPECT_TRUE(HaveEqualScales(result->activations.at(tensor), alone.activations.at(tensor)));
    }
  }
}

TEST(Quantizer, SymmetricWeightsAreAnOptionOfEveryAlgorithm) {
  for (const AlgorithmInfo& algorithm : Algorithms()) {
    Options options{.weights = algorithm.algorithm, .symmetric_weights = true};
    const Encoding weight = QuantizeOk(ConvRelu(), options).params.at("w").channels.front();
    EXPECT_TRUE(weight.symmetric) << algorithm.name;
    EXPECT_EQ(weight.offset, -128) << algorithm.name;
  }
}

TEST(Quantizer, ASubgraphReadsTheStoredTensorByItsName) {
  TestGraph test;
  test.Input("x", {1}).Input("condition", {}, ElementType::kBool);
  test.Node("Abs", {"x"}, {"a"}).Node("Add", {"a", "a"}, {"b"}).Output("b");
  auto branch = std::make_shared<model::Graph>();
  branch->outputs.push_back({.name = "a", .type = ElementType::kFloat32, .has_rank = false});
  test.Node("If", {"condition"}, {"y"}).Output("y");
  test.graph.nodes.back().attributes["then_branch"] = std::shared_ptr<const model::Graph>(branch);
  const QuantizedGraph result = QuantizeOk(test);
  EXPECT_EQ(ProducerOf(result.graph, "a")->op_type, "DequantizeLinear");
  EXPECT_EQ(ProducerOf(result.graph, "y")->op_type, "If");
}

}  // namespace
}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/params.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quantize/encoding.h"
#include "quantize/graph_testing.h"

namespace acc::quantize {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TensorEncoding PerTensor(double min, double max, int bitwidth = 8) {
  TensorEncoding encoding;
  encoding.channels = {AsymmetricEncoding(min, max, bitwidth)};
  return encoding;
}

// x -> Conv(w, b) -> y -> Mul(w2) -> z
TestGraph ConvAndMul() {
  TestGraph test;
  test.Input("x", {1, 1, 2, 2}).Floats("w", {2, 1, 1, 1}, {-1, 4}).Floats("b", {2}, {0.3F, -7});
  test.Floats("two", {}, {2});
  test.Node("Conv", {"x", "w", "b"}, {"y"}).Node("Mul", {"y", "two"}, {"z"}).Output("z");
  return test;
}

std::map<std::string, TensorEncoding> ActivationsOf(std::vector<std::string> tensors) {
  std::map<std::string, TensorEncoding> activations;
  for (const std::string& tensor : tensors) activations[tensor] = PerTensor(-1, 1);
  return activations;
}

QuantizedParams QuantizeAll(const TestGraph& test, const Options& options,
                            const std::map<std::string, TensorEncoding>& activations,
                            const Overrides& overrides = {}) {
  auto result = QuantizeParams(test.graph, test.types, activations, {},
                               OverrideLookup(overrides, {}), options);
  EXPECT_TRUE(result.ok()) << result.status().message();
  return result.ok() ? *std::move(result) : QuantizedParams{};
}

const QuantizedParam& Find(const QuantizedParams& params, const std::string& tensor) {
  for (const QuantizedParam& param : params.params) {
    if (param.tensor == tensor) return param;
  }
  ADD_FAILURE() << tensor << " is not quantized";
  static const QuantizedParam kNone;
  return kNone;
}

TEST(QuantizeParams, DefaultsAreAsymmetricWeightsAndDataAtTheActivationsBitwidth) {
  Options options;
  options.activation_bitwidth = 16;
  const QuantizedParams params = QuantizeAll(ConvAndMul(), options, ActivationsOf({"x", "y", "z"}));
  ASSERT_THAT(params.params, SizeIs(3));
  EXPECT_EQ(Find(params, "w").codes.type(), ElementType::kUint8);
  EXPECT_EQ(Find(params, "w").encoding.channels[0].offset, -51);
  EXPECT_EQ(Find(params, "two").codes.type(), ElementType::kUint16);
  EXPECT_EQ(Find(params, "b").codes.type(), ElementType::kInt32);
}

TEST(QuantizeParams, ABiasOf32BitsHasTheAccumulatorsScale) {
  Options options;
  options.bias_bitwidth = 32;
  options.per_channel_weights = true;
  const auto activations = ActivationsOf({"x", "y", "z"});
  const QuantizedParams params = QuantizeAll(ConvAndMul(), options, activations);
  const QuantizedParam& bias = Find(params, "b");
  const QuantizedParam& weight = Find(params, "w");
  ASSERT_EQ(bias.encoding.channels.size(), 2u);
  EXPECT_EQ(weight.encoding.axis, 0);
  const std::vector<float> expected = {0.3F, -7};
  for (std::size_t c = 0; c < 2; ++c) {
    const double scale = activations.at("x").channels[0].scale * weight.encoding.channels[c].scale;
    EXPECT_NEAR(bias.encoding.channels[c].scale, scale, 1e-6 * scale);
    EXPECT_NEAR(bias.codes.values<std::int32_t>()[c] * scale, expected[c], scale);
  }
}

TEST(QuantizeParams, AGruOf16BitsHasSymmetricRecurrentWeights) {
  TestGraph test;
  test.Input("x", {1, 1, 1}).Floats("w", {1, 3, 1}, {-1, 4, 2}).Floats("r", {1, 3, 1}, {3, -1, 2});
  test.Floats("b", {1, 6}, {1, 2, 3, 4, 5, 6});
  test.Node("GRU", {"x", "w", "r", "b"}, {"y"}).Output("y");
  const auto symmetric = [&](int activations, int bias, const std::string& param) {
    Options options;
    options.activation_bitwidth = activations;
    options.bias_bitwidth = bias;
    const auto params = QuantizeAll(test, options, ActivationsOf({"x", "y"}));
    return Find(params, param).encoding.channels[0].symmetric;
  };
  EXPECT_TRUE(symmetric(16, 32, "r"));
  EXPECT_FALSE(symmetric(16, 32, "w"));
  EXPECT_FALSE(symmetric(8, 32, "r"));
  EXPECT_FALSE(symmetric(16, 8, "r"));
}

TEST(QuantizeParams, ABiasOf8BitsIsRoundedToItsOwnEncodingFirst) {
  const auto activations = ActivationsOf({"x", "y", "z"});
  const QuantizedParams params = QuantizeAll(ConvAndMul(), {}, activations);
  const QuantizedParam& bias = Find(params, "b");
  const Encoding own = AsymmetricEncoding(-7, 0.3F, 8);
  EXPECT_EQ(bias.encoding.channels[0].scale, own.scale);
  EXPECT_EQ(bias.encoding.channels[0].bitwidth, 8);
  const double step = bias.stored.channels[0].scale;
  const std::vector<float> values = {0.3F, -7};
  for (std::size_t c = 0; c < 2; ++c) {
    const double rounded = ValueOf(CodeOf(values[c], own), own);
    EXPECT_NEAR(bias.codes.values<std::int32_t>()[c] * step, rounded, step);
  }
  EXPECT_LT(step, own.scale);
}

TEST(QuantizeParams, AFloatOperandKeepsTheNodeFloat) {
  auto activations = ActivationsOf({"x", "y", "z"});
  activations["x"].is_float = true;
  const QuantizedParams params = QuantizeAll(ConvAndMul(), {}, activations);
  ASSERT_THAT(params.params, SizeIs(1));
  EXPECT_EQ(params.params[0].tensor, "two");
}

TEST(QuantizeParams, AFloatWeightKeepsItsBiasFloat) {
  Overrides overrides;
  overrides.params["w"].is_float = true;
  overrides.params["w"].channels = {{.bitwidth = 16}};
  const QuantizedParams params =
      QuantizeAll(ConvAndMul(), {}, ActivationsOf({"x", "y", "z"}), overrides);
  ASSERT_THAT(params.params, SizeIs(1));
  EXPECT_EQ(params.params[0].tensor, "two");
}

TEST(QuantizeParams, ASharedWeightHasOneCopyAndItsBiasesOneEach) {
  TestGraph test;
  test.Input("x", {1, 1}).Floats("w", {2, 1, 1, 1}, {-1, 4}).Floats("b", {2}, {1, 2});
  test.Node("Conv", {"x", "w", "b"}, {"y"}).Node("Conv", {"y", "w", "b"}, {"z"}).Output("z");
  auto activations = ActivationsOf({"x", "z"});
  activations["y"] = PerTensor(-4, 4);
  const QuantizedParams params = QuantizeAll(test, {}, activations);
  ASSERT_THAT(params.params, SizeIs(3));
  EXPECT_THAT(Find(params, "w").reads, SizeIs(2));
  EXPECT_NE(params.params[1].stored.channels[0].scale, params.params[2].stored.channels[0].scale);
}

TEST(QuantizeParams, AWeightThatIsAlsoDataHasTwoCopies) {
  TestGraph test;
  test.Input("x", {2, 2}).Floats("w", {2, 2}, {-1, 4, 2, 3});
  test.Node("MatMul", {"x", "w"}, {"y"}).Node("Add", {"y", "w"}, {"z"}).Output("z");
  Options options;
  options.activation_bitwidth = 16;
  const QuantizedParams params = QuantizeAll(test, options, ActivationsOf({"x", "y", "z"}));
  ASSERT_THAT(params.params, SizeIs(2));
  EXPECT_EQ(params.params[0].codes.type(), ElementType::kUint8);
  EXPECT_EQ(params.params[1].codes.type(), ElementType::kUint16);
}

TEST(QuantizeParams, RecurrentWeightsAndBiasesHaveEncodingsOfTheirOwn) {
  TestGraph test;
  test.Input("x", {1, 1, 1})
      .Floats("w", {1, 4, 1}, {1, 2, 3, 4})
      .Floats("r", {1, 4, 1}, {1, 1, 1, 1});
  test.Floats("b", {1, 8}, {1, 2, 3, 4, 5, 6, 7, 8});
  test.Node("LSTM", {"x", "w", "r", "b"}, {"y"}).Output("y");
  Options options;
  options.weights = Algorithm::kSymmetric;
  const QuantizedParams params = QuantizeAll(test, options, ActivationsOf({"x", "y"}));
  ASSERT_THAT(params.params, SizeIs(3));
  EXPECT_EQ(Find(params, "w").role, InputRole::kWeight);
  EXPECT_EQ(Find(params, "b").codes.type(), ElementType::kInt8);
}

TEST(QuantizeParams, AWeightTooSmallForItsBiasIsRaisedWithANote) {
  TestGraph test;
  test.Input("x", {1, 1, 1, 1}).Floats("w", {1, 1, 1, 1}, {1e-6F}).Floats("b", {1}, {1000});
  test.Node("Conv", {"x", "w", "b"}, {"y"}).Output("y");
  Options options;
  options.weight_bitwidth = 16;
  options.bias_bitwidth = 32;
  auto activations = ActivationsOf({"y"});
  activations["x"] = PerTensor(0, 1e-3, 16);
  const QuantizedParams params = QuantizeAll(test, options, activations);
  const QuantizedParam& bias = Find(params, "b");
  EXPECT_NEAR(ValueOf(bias.codes.values<std::int32_t>()[0] + (std::int64_t{1} << 31),
                      bias.stored.channels[0]),
              1000, 1e-3);
  EXPECT_THAT(params.notes, ::testing::ElementsAre(HasSubstr("fit 32 bits: w")));
}

TEST(QuantizeParams, GroupedConvTransposeFallsBackToPerTensor) {
  TestGraph test;
  test.Input("x", {1, 2, 1, 1}).Floats("w", {2, 1, 1, 1}, {-1, 4});
  test.Node("ConvTranspose", {"x", "w"}, {"y"}).Output("y");
  test.graph.nodes.back().attributes["group"] = std::int64_t{2};
  Options options;
  options.per_channel_weights = true;
  const QuantizedParams params = QuantizeAll(test, options, ActivationsOf({"x", "y"}));
  EXPECT_FALSE(Find(params, "w").encoding.per_channel());
  EXPECT_THAT(params.notes, ::testing::ElementsAre(HasSubstr("'w'")));
}

TEST(QuantizeParams, AnOverrideThatDoesNotFitNamesItsConstant) {
  Overrides overrides;
  overrides.params["w"].axis = 0;
  overrides.params["w"].channels.assign(7, SymmetricEncoding(-1, 1, 8));
  const TestGraph test = ConvAndMul();
  const auto result = QuantizeParams(test.graph, test.types, ActivationsOf({"x", "y", "z"}), {},
                                     OverrideLookup(overrides, {}), {});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.status().message(), HasSubstr("'w'"));
}

}  // namespace
}  // namespace acc::quantize

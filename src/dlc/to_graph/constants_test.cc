// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/constants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "dlc/dlc_testing.h"
#include "model/translation/builder.h"
#include "tensor/codes.h"

namespace acc::dlc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<float> FloatsOf(const acc::Tensor& tensor) {
  const auto values = tensor.values<float>();
  return {values.begin(), values.end()};
}

template <typename T>
std::vector<T> RandomCodes(std::size_t count, std::int64_t lowest, std::int64_t highest) {
  std::mt19937_64 random(17);
  std::vector<T> codes(count);
  for (T& code : codes) {
    code = static_cast<T>(std::uniform_int_distribution<std::int64_t>(lowest, highest)(random));
  }
  return codes;
}

// Every stored code, counted from 0, must come back from the real number.
template <typename T>
void ExpectCodesComeBack(DataType type, int bitwidth, std::int64_t lowest, std::int64_t highest) {
  SCOPED_TRACE(Name(type));
  const std::int64_t half = std::int64_t{1} << (bitwidth - 1);
  const std::vector<T> codes = RandomCodes<T>(600, lowest, highest);
  for (const bool per_channel : {false, true}) {
    TestModel model;
    Tensor& tensor = model.Static("w", {20, 3, 10}, codes, type);
    tensor.encoding.emplace();
    for (int channel = 0; channel < (per_channel ? 3 : 1); ++channel) {
      tensor.encoding->channels.push_back(TestEncoding(bitwidth, 0.013 * (channel + 1), -half));
    }
    if (per_channel) tensor.encoding->axis = 1;
    const auto value = ConstantValue(tensor);
    ASSERT_TRUE(value.ok()) << value.status().message();
    const auto floats = value->values<float>();
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const Encoding& encoding = tensor.encoding->channels[per_channel ? i / 10 % 3 : 0];
      const std::int64_t code = static_cast<std::int64_t>(codes[i]) + (IsSigned(type) ? half : 0);
      ASSERT_EQ(floats[i],
                static_cast<float>(encoding.scale * static_cast<double>(code + encoding.offset)));
      ASSERT_EQ(CodeOf(floats[i], encoding), code);
    }
  }
}

TEST(ConstantsTest, CodesOfEveryWidthComeBack) {
  ExpectCodesComeBack<std::int8_t>(DataType::kSfixed4, 4, -8, 7);
  ExpectCodesComeBack<std::uint8_t>(DataType::kUfixed4, 4, 0, 15);
  ExpectCodesComeBack<std::int8_t>(DataType::kSfixed8, 8, -128, 127);
  ExpectCodesComeBack<std::uint8_t>(DataType::kUfixed8, 8, 0, 255);
  ExpectCodesComeBack<std::int16_t>(DataType::kSfixed16, 16, -32768, 32767);
  ExpectCodesComeBack<std::uint16_t>(DataType::kUfixed16, 16, 0, 65535);
  // A float32 holds 24 bits of a code, counted from zero's code.
  constexpr std::int64_t kExact = 1 << 23;
  ExpectCodesComeBack<std::int32_t>(DataType::kSfixed32, 32, -kExact, kExact);
  ExpectCodesComeBack<std::uint32_t>(DataType::kUfixed32, 32, (std::int64_t{1} << 31) - kExact,
                                     (std::int64_t{1} << 31) + kExact);
}

TEST(ConstantsTest, FourBitsArePackedLowNibbleFirst) {
  TestModel model;
  Tensor& tensor = model.Static<std::uint8_t>("w", {3}, {0x7F, 0x08}, DataType::kSfixed4);
  tensor.encoding = TensorEncoding{.channels = {TestEncoding(4, 1, -8)}, .axis = std::nullopt};
  EXPECT_THAT(FloatsOf(*ConstantValue(tensor)), ElementsAre(-1, 7, -8));
}

TEST(ConstantsTest, HalvesBecomeFloatsAndIntegersStay) {
  TestModel model;
  EXPECT_THAT(FloatsOf(*ConstantValue(
                  model.Static<std::uint16_t>("h", {2}, {0x3C00, 0xC000}, DataType::kFloat16))),
              ElementsAre(1, -2));
  const auto integers =
      ConstantValue(model.Static<std::int32_t>("i", {2}, {-5, 1 << 30}, DataType::kInt32));
  EXPECT_EQ(integers->type(), ElementType::kInt32);
  EXPECT_THAT(*ToIntegers(integers->view()), ElementsAre(-5, 1 << 30));
}

TEST(ConstantsTest, WhatIsWrongWithATensorIsSaid) {
  TestModel model;
  const auto why = [](const Tensor& tensor) { return ConstantValue(tensor).status().message(); };
  EXPECT_THAT(why(model.Floats("a", {3}, {1, 2})), HasSubstr("'a' of 3 elements of type float32 "
                                                             "has 8 bytes of data instead of 12"));
  EXPECT_THAT(why(model.Floats("b", {3}, {})), HasSubstr("has no data here"));
  EXPECT_THAT(why(model.Floats("c", {-1}, {1})), HasSubstr("impossible dims"));
  EXPECT_THAT(why(model.Floats("d", {1LL << 40, 1LL << 40}, {1})), HasSubstr("impossible dims"));
  EXPECT_THAT(why(model.Static<char>("e", {1}, {'x'}, DataType::kString)),
              HasSubstr("type is not supported"));
  Tensor& codes = model.Static<std::uint8_t>("f", {2, 2}, {1, 2, 3, 4}, DataType::kUfixed8);
  EXPECT_THAT(why(codes), HasSubstr("has no encoding"));
  codes.encoding = TensorEncoding{.channels = {TestEncoding(8, 1, 0)}, .axis = 2};
  EXPECT_THAT(why(codes), HasSubstr("along axis 2, which it lacks"));
  codes.encoding->axis = 1;
  EXPECT_THAT(why(codes), HasSubstr("has 1 encodings for 2 channels"));
  codes.encoding = TensorEncoding{.channels = {TestEncoding(8, 1, 0)}, .axis = std::nullopt};
  codes.encoding->channels[0].bitwidth = 64;
  EXPECT_THAT(why(codes), HasSubstr("an encoding of 64 bits"));
}

TEST(ConstantsTest, AxesMoveAndAreAdded) {
  const auto value = acc::Tensor::FromFloats({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
  const auto moved = model::Reordered(value, {1, 0});
  EXPECT_THAT(moved->dims(), ElementsAre(3, 2));
  EXPECT_THAT(FloatsOf(*moved), ElementsAre(1, 4, 2, 5, 3, 6));
  const auto wider = model::Reordered(value, {0, 3, 1, 2});
  EXPECT_THAT(wider->dims(), ElementsAre(1, 3, 1, 2));
  EXPECT_THAT(FloatsOf(*wider), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(ConstantsTest, RequantizingRoundsToTheNewSteps) {
  const auto value = acc::Tensor::FromFloats({3}, std::vector<float>{0.26F, -1, 100});
  const TensorEncoding encoding{.channels = {TestEncoding(8, 0.5, -128)}, .axis = std::nullopt};
  EXPECT_THAT(FloatsOf(*Requantized(value, encoding)), ElementsAre(0.5F, -1, 63.5F));
  const TensorEncoding other{.channels = {TestEncoding(8, 0.5, 0)}, .axis = 1};
  EXPECT_THAT(Requantized(value, other).status().message(), HasSubstr("axis 1"));
}

}  // namespace
}  // namespace acc::dlc

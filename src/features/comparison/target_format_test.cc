// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/target_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc::features {
namespace {

using testing::HasSubstr;

store::TensorRecord Record(ElementType type = ElementType::kFloat32) {
  store::TensorRecord record;
  record.name = "conv";
  record.file = "conv.raw";
  record.type = type;
  if (type != ElementType::kFloat32) record.native_file = "native/conv.raw";
  return record;
}

TensorEncoding OneEncoding(int bitwidth, double scale, std::int64_t offset) {
  TensorEncoding encoding;
  encoding.channels.push_back({.bitwidth = bitwidth, .scale = scale, .offset = offset});
  return encoding;
}

TEST(TargetFileTest, IsFloatWithoutAType) {
  for (const bool has_manifest : {false, true}) {
    const auto file = TargetFileOf(Record(), has_manifest, {}, OneEncoding(8, 0.5, -3));
    EXPECT_EQ(file->file, "conv.raw");
    EXPECT_EQ(file->format.type, ElementType::kFloat32);
    EXPECT_EQ(file->note, "");
  }
}

TEST(TargetFileTest, DequantizesByTheEncoding) {
  const auto file = TargetFileOf(Record(), false, ElementType::kUint8, OneEncoding(8, 0.5, -3));
  EXPECT_EQ(file->format.type, ElementType::kUint8);
  EXPECT_EQ(file->format.scale, 0.5);
  EXPECT_EQ(file->format.offset, -3);
  EXPECT_THAT(file->note, HasSubstr("dequantized with scale 0.5 and offset -3"));
}

TEST(TargetFileTest, SignedIntegersAreCodesLessHalfTheirRange) {
  EXPECT_EQ(
      TargetFileOf(Record(), false, ElementType::kInt8, OneEncoding(8, 1, -128))->format.offset, 0);
  EXPECT_EQ(
      TargetFileOf(Record(), false, ElementType::kInt16, OneEncoding(16, 1, -40000))->format.offset,
      -7232);
}

TEST(TargetFileTest, StaysIntegerWithoutAnEncoding) {
  TensorEncoding as_float;
  as_float.is_float = true;
  as_float.channels.push_back({.bitwidth = 32});
  for (const std::optional<TensorEncoding>& encoding :
       {std::optional<TensorEncoding>(), {as_float}}) {
    const auto file = TargetFileOf(Record(), false, ElementType::kInt16, encoding);
    EXPECT_EQ(file->format.scale, 1);
    EXPECT_EQ(file->format.offset, 0);
    EXPECT_THAT(file->note, HasSubstr("compared as integers"));
  }
}

TEST(TargetFileTest, TheManifestHasTheSay) {
  EXPECT_EQ(TargetFileOf(Record(ElementType::kUint8), true, ElementType::kUint8, {})->file,
            "native/conv.raw");
  const Status status = TargetFileOf(Record(), true, ElementType::kUint8, {}).status();
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_THAT(status.message(), HasSubstr("--data_type uint8 contradicts tensors.json"));
  EXPECT_THAT(status.message(), HasSubstr("'conv' is float32"));
}

TEST(TargetFileTest, RefusesEncodingsThatDoNotFit) {
  EXPECT_THAT(
      TargetFileOf(Record(), false, ElementType::kUint16, OneEncoding(8, 1, 0)).status().message(),
      HasSubstr("has 8 bits, its data are uint16"));
  TensorEncoding per_channel = OneEncoding(8, 1, 0);
  per_channel.axis = 1;
  EXPECT_THAT(TargetFileOf(Record(), false, ElementType::kUint8, per_channel).status().message(),
              HasSubstr("per channel"));
}

}  // namespace
}  // namespace acc::features

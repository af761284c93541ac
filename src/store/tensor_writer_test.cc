// SPDX-License-Identifier: BSD-3-Clause
#include "store/tensor_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "base/files.h"
#include "base/scratch_folder_testing.h"
#include "base/threads.h"

namespace acc::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TensorRecord Record(std::string name, AxisOrder order = AxisOrder::kSource) {
  TensorRecord record;
  record.name = std::move(name);
  record.axis_order = order;
  return record;
}

class TensorWriterTest : public ::testing::Test {
 protected:
  std::vector<float> FloatsIn(std::string_view file) {
    const std::string content = ReadFile(scratch_ / file).value();
    std::vector<float> values(content.size() / sizeof(float));
    std::memcpy(values.data(), content.data(), values.size() * sizeof(float));
    return values;
  }

  ScratchFolder scratch_;
  TensorWriter writer_{scratch_.path()};
};

TEST_F(TensorWriterTest, FloatsAreStoredAsTheyAre) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  ASSERT_TRUE(writer_.Write(Record("a/b"), Tensor::FromFloats({2, 3}, values).view()).ok());
  EXPECT_EQ(FloatsIn("a/b.raw"), values);
  const TensorRecord& record = writer_.manifest().tensors.at(0);
  EXPECT_EQ(record.file, "a/b.raw");
  EXPECT_EQ(record.native_file, "");
  EXPECT_EQ(record.dims, (Shape{2, 3}));
}

TEST_F(TensorWriterTest, WhatIsHeldChannelLastStaysSo) {
  const std::vector<float> values = {1, 5, 2, 6, 3, 7, 4, 8};
  const Tensor tensor = Tensor::FromFloats({1, 2, 2, 2}, values);
  const TensorView view = tensor.view();
  ASSERT_TRUE(
      writer_.Write(Record("x", AxisOrder::kChannelLast), view, view, AxisOrder::kChannelLast)
          .ok());
  EXPECT_EQ(FloatsIn("x.raw"), values);
  ASSERT_TRUE(writer_.Write(Record("y"), view, view, AxisOrder::kChannelLast).ok());
  EXPECT_THAT(FloatsIn("y.raw"), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST_F(TensorWriterTest, ChannelLastIsStoredInTheTargetsOrder) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6, 7, 8};  // Channels of 2x2.
  const Tensor tensor = Tensor::FromFloats({1, 2, 2, 2}, values);
  ASSERT_TRUE(writer_.Write(Record("x", AxisOrder::kChannelLast), tensor.view()).ok());
  EXPECT_THAT(FloatsIn("x.raw"), ElementsAre(1, 5, 2, 6, 3, 7, 4, 8));
  EXPECT_EQ(writer_.manifest().tensors[0].dims, (Shape{1, 2, 2, 2}));
  ASSERT_TRUE(
      writer_.Write(Record("y", AxisOrder::kChannelLast), tensor.Reshaped({1, 4, 2, 1}).view())
          .ok());
  EXPECT_EQ(writer_.manifest().tensors[1].dims, (Shape{1, 2, 1, 4}));
}

TEST_F(TensorWriterTest, TheExactCopyMayComeFirst) {
  writer_.SetNativeFirst(true);
  const std::vector<std::int64_t> values = {1, -2};
  const Tensor tensor = Tensor::FromInt64s({2}, values);
  ASSERT_TRUE(writer_.Write(Record("a/b"), tensor.view()).ok());
  const TensorRecord record = writer_.manifest().tensors.at(0);
  EXPECT_EQ(record.native_file, "a/b.raw");
  EXPECT_EQ(record.file, "float32/a/b.raw");
  EXPECT_THAT(FloatsIn("float32/a/b.raw"), ElementsAre(1, -2));
  EXPECT_EQ(std::filesystem::file_size(scratch_ / "a/b.raw"), 16U);
  // A tensor of the folder's name has a file all the same.
  ASSERT_TRUE(
      writer_.Write(Record("float32/a/b"), Tensor::FromFloats({1}, std::vector<float>{7}).view())
          .ok());
  EXPECT_EQ(FloatsIn(writer_.manifest().tensors.at(1).file), std::vector<float>{7});
  EXPECT_THAT(FloatsIn("float32/a/b.raw"), ElementsAre(1, -2));
}

TEST_F(TensorWriterTest, OtherTypesKeepAnExactCopy) {
  const std::vector<std::int64_t> values = {1, -2, (std::int64_t{1} << 53) + 1};
  const Tensor tensor = Tensor::FromInt64s({1, 1, 3}, values);
  ASSERT_TRUE(writer_.Write(Record("n/ids", AxisOrder::kChannelLast), tensor.view()).ok());
  EXPECT_THAT(FloatsIn("n/ids.raw"), ElementsAre(1, -2, 0x1p53F));
  const TensorRecord& record = writer_.manifest().tensors[0];
  EXPECT_EQ(record.type, ElementType::kInt64);
  EXPECT_EQ(record.native_file, "native/n/ids.int64.raw");
  EXPECT_EQ(ReadFile(scratch_ / record.native_file).value(),
            std::string(reinterpret_cast<const char*>(tensor.bytes().data()), 24));
}

TEST_F(TensorWriterTest, TheExactCopyIsInTheTargetsOrderToo) {
  const std::vector<std::uint8_t> values = {1, 2, 3, 4, 5, 6};
  const auto tensor = Tensor::FromValues<std::uint8_t>(ElementType::kUint8, {1, 2, 3}, values);
  ASSERT_TRUE(writer_.Write(Record("x", AxisOrder::kChannelLast), tensor.view()).ok());
  EXPECT_THAT(FloatsIn("x.raw"), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_EQ(ReadFile(scratch_ / "native/x.uint8.raw").value(), "\1\4\2\5\3\6");
}

TEST_F(TensorWriterTest, FourBitTensorsArePermutedToo) {
  const std::vector<float> values = {-8, 1, 2, 3, 4, 7};
  const Tensor tensor = FromFloatValues(ElementType::kInt4, {1, 2, 3}, values).value();
  ASSERT_TRUE(writer_.Write(Record("x", AxisOrder::kChannelLast), tensor.view()).ok());
  EXPECT_THAT(FloatsIn("x.raw"), ElementsAre(-8, 3, 1, 4, 2, 7));
  EXPECT_EQ(ReadFile(scratch_ / "native/x.int4.raw").value(), "\x38\x41\x72");
}

TEST_F(TensorWriterTest, LargeTensorsAreConvertedInPieces) {
  std::vector<std::int32_t> values(600001);
  std::iota(values.begin(), values.end(), -7);
  const auto tensor = Tensor::FromValues<std::int32_t>(ElementType::kInt32, {600001}, values);
  ASSERT_TRUE(writer_.Write(Record("x"), tensor.view()).ok());
  EXPECT_EQ(FloatsIn("x.raw"), std::vector<float>(values.begin(), values.end()));
}

TEST_F(TensorWriterTest, ScalarsAndTensorsWithoutElements) {
  const std::vector<float> one = {3};
  ASSERT_TRUE(writer_.Write(Record("scalar"), Tensor::FromFloats({}, one).view()).ok());
  ASSERT_TRUE(writer_.Write(Record("none"), Tensor::FromFloats({0, 3}, {}).view()).ok());
  ASSERT_TRUE(writer_.Write(Record("ids"), Tensor::FromInt64s({0}, {}).view()).ok());
  EXPECT_THAT(FloatsIn("scalar.raw"), ElementsAre(3));
  EXPECT_EQ(ReadFile(scratch_ / "none.raw").value(), "");
  EXPECT_EQ(ReadFile(scratch_ / "ids.raw").value(), "");
}

TEST_F(TensorWriterTest, AStemMayBeAFolderToo) {
  const std::vector<float> one = {1};
  for (const char* name : {"a", "a/b", "a.raw/b", "A", "../a"}) {
    ASSERT_TRUE(writer_.Write(Record(name), Tensor::FromFloats({1}, one).view()).ok()) << name;
  }
  ASSERT_TRUE(writer_.Finish({}).ok());
  EXPECT_EQ(ListTensors(scratch_.path())->tensors.size(), 5U);
}

TEST_F(TensorWriterTest, FinishSortsByTheGivenOrder) {
  const std::vector<float> one = {1};
  for (const char* name : {"unknown", "c", "b", "a"}) {
    ASSERT_TRUE(writer_.Write(Record(name), Tensor::FromFloats({1}, one).view()).ok());
  }
  writer_.Skip("s", "no reason");
  writer_.Skip("r", "none either");
  ASSERT_TRUE(writer_.Finish({{"a", 0}, {"b", 1}, {"c", 2}, {"r", 3}}).ok());
  const Manifest manifest = ReadManifest(scratch_.path()).value();
  ASSERT_EQ(manifest.tensors.size(), 4U);
  EXPECT_EQ(manifest.tensors[0].name, "a");
  EXPECT_EQ(manifest.tensors[2].name, "c");
  EXPECT_EQ(manifest.tensors[3].name, "unknown");
  EXPECT_EQ(manifest.skipped[0].name, "r");
}

TEST_F(TensorWriterTest, ATensorWrittenAgainIsReplaced) {
  const std::vector<float> old_values = {1, 2};
  const std::vector<float> new_values = {3};
  ASSERT_TRUE(writer_.Write(Record("x"), Tensor::FromFloats({2}, old_values).view()).ok());
  ASSERT_TRUE(writer_.Write(Record("x"), Tensor::FromFloats({1}, new_values).view()).ok());
  ASSERT_EQ(writer_.manifest().tensors.size(), 1U);
  EXPECT_EQ(writer_.manifest().tensors[0].dims, (Shape{1}));
  EXPECT_EQ(FloatsIn("x.raw"), new_values);
}

TEST_F(TensorWriterTest, ManyThreadsMayWrite) {
  SetThreadCount(8);
  ParallelFor(200, [&](std::size_t i) {
    const std::vector<float> value = {static_cast<float>(i)};
    const std::string name = "folder" + std::to_string(i % 7) + "/x" + std::to_string(i);
    EXPECT_TRUE(writer_.Write(Record(name), Tensor::FromFloats({1}, value).view()).ok());
  });
  SetThreadCount(0);
  ASSERT_TRUE(writer_.Finish({}).ok());
  EXPECT_EQ(ReadManifest(scratch_.path())->tensors.size(), 200U);
}

TEST_F(TensorWriterTest, FailuresNameTheTensorOrTheFile) {
  const auto message = [&](TensorView view) { return writer_.Write(Record("x"), view).message(); };
  EXPECT_THAT(message({ElementType::kString, {1}, {}}), HasSubstr("'x': the type string"));
  EXPECT_THAT(message({ElementType::kFloat32, {3}, {}}), HasSubstr("float32 3"));
  EXPECT_THAT(message({ElementType::kFloat32, {-3}, {}}), HasSubstr("float32 ?"));
  const std::vector<float> one = {1};
  TensorWriter nowhere("/proc/acc");
  EXPECT_THAT(nowhere.Write(Record("x"), Tensor::FromFloats({1}, one).view()).message(),
              HasSubstr("/proc/acc"));
  EXPECT_THAT(nowhere.Finish({}).message(), HasSubstr("/proc/acc/tensors.json"));
  EXPECT_TRUE(writer_.manifest().tensors.empty());
}

}  // namespace
}  // namespace acc::store

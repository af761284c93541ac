// SPDX-License-Identifier: BSD-3-Clause
#include "store/input_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <span>

#include "base/files.h"
#include "base/scratch_folder_testing.h"

namespace acc::store {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class InputListTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a.raw", "b.raw", "with blank.raw", "we:=ird.raw"}) {
      ASSERT_TRUE(WriteFile(scratch_ / name, "12345678").ok());
    }
  }
  Result<InputList> Read(std::string_view text) {
    EXPECT_TRUE(WriteFile(scratch_ / "list.txt", text).ok());
    return ReadInputList(scratch_ / "list.txt");
  }
  std::string ErrorOf(std::string_view text) { return Read(text).status().message(); }

  ScratchFolder scratch_;
};

TEST_F(InputListTest, BarePaths) {
  const InputList list = Read("a.raw\n\n  b.raw  \r\nwith blank.raw").value();
  ASSERT_EQ(list.lines.size(), 3U);
  EXPECT_EQ(list.lines[0][0].input, "");
  EXPECT_EQ(list.lines[0][0].file, scratch_ / "a.raw");
  EXPECT_EQ(list.lines[1][0].file, scratch_ / "b.raw");
  EXPECT_EQ(list.lines[2][0].file, scratch_ / "with blank.raw");
}

TEST_F(InputListTest, NamedPaths) {
  const InputList list =
      Read("x:0:=a.raw y:=b.raw\nx:0:=with blank.raw\ty:=a.raw\nx:0:= a.raw").value();
  ASSERT_EQ(list.lines.size(), 3U);
  ASSERT_EQ(list.lines[0].size(), 2U);
  EXPECT_EQ(list.lines[0][0].input, "x:0");
  EXPECT_EQ(list.lines[0][1].input, "y");
  EXPECT_EQ(list.lines[0][1].file, scratch_ / "b.raw");
  EXPECT_EQ(list.lines[1][0].file, scratch_ / "with blank.raw");
  EXPECT_EQ(list.lines[1][1].file, scratch_ / "a.raw");
  EXPECT_EQ(list.lines[2][0].file, scratch_ / "a.raw");
}

TEST_F(InputListTest, OutputNames) {
  const InputList list = Read("\xEF\xBB\xBF#conv1 relu\n%conv1:0 relu:0\na.raw").value();
  EXPECT_THAT(list.output_layers, ElementsAre("conv1", "relu"));
  EXPECT_THAT(list.output_tensors, ElementsAre("conv1:0", "relu:0"));
  EXPECT_EQ(list.lines.size(), 1U);
}

TEST_F(InputListTest, PathsFromTheCurrentFolderAndAbsoluteOnes) {
  const fs::path here = fs::current_path();
  fs::create_directory(scratch_ / "lists");
  ASSERT_TRUE(WriteFile(scratch_ / "lists/l.txt", "a.raw\n" + (scratch_ / "b.raw").native()).ok());
  fs::current_path(scratch_.path());
  const auto list = ReadInputList("lists/l.txt");
  fs::current_path(here);
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(list->lines[0][0].file, "a.raw");
  EXPECT_EQ(list->lines[1][0].file, scratch_ / "b.raw");
}

TEST_F(InputListTest, FailuresNameTheLine) {
  EXPECT_THAT(ErrorOf("a.raw\n\ngone.raw\n"),
              AllOf(HasSubstr("line 3"), HasSubstr("'gone.raw' does not exist")));
  EXPECT_THAT(ErrorOf("x:=a.raw b.raw"), AllOf(HasSubstr("line 1"), HasSubstr("a.raw b.raw")));
  EXPECT_THAT(ErrorOf("a.raw x:=b.raw"), AllOf(HasSubstr("line 1"), HasSubstr("'a.raw x'")));
  EXPECT_THAT(ErrorOf(":=a.raw"), HasSubstr("no name of an input"));
  EXPECT_THAT(ErrorOf("x:= y:=a.raw"), HasSubstr("'x' has no file"));
  EXPECT_THAT(ErrorOf("x:=a.raw x:=b.raw"), HasSubstr("'x' is there twice"));
  EXPECT_THAT(ErrorOf("."), HasSubstr("is a folder"));
  ASSERT_EQ(mkfifo((scratch_ / "pipe.raw").c_str(), 0600), 0);
  EXPECT_THAT(ErrorOf("pipe.raw"), HasSubstr("'pipe.raw' is a pipe or a device"));
  EXPECT_THAT(ErrorOf("a.raw/x.raw"), HasSubstr("'a.raw/x.raw' does not exist"));
  EXPECT_THAT(ErrorOf("/no/such.raw"), Not(HasSubstr("neither")));
  EXPECT_THAT(ErrorOf("a\x1b[31m.raw"), HasSubstr("a\\x1b[31m.raw"));
}

TEST_F(InputListTest, RefusesAListWithoutALine) {
  for (const char* text : {"", "\n \n", "#conv1\n%out\n"}) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("names no input file")) << text;
  }
  EXPECT_THAT(ReadInputList(scratch_ / "gone.txt").status().message(), HasSubstr("gone.txt"));
  EXPECT_THAT(ReadInputList(scratch_.path()).status().message(), HasSubstr("directory"));
}

class ReadRawTest : public ::testing::Test {
 protected:
  fs::path Write(std::string_view name, const Tensor& tensor) {
    EXPECT_TRUE(WriteFile(scratch_ / name, tensor.bytes()).ok());
    return scratch_ / name;
  }
  fs::path WriteFloats(std::string_view name, const std::vector<float>& values) {
    return Write(name, Tensor::FromFloats({static_cast<std::int64_t>(values.size())}, values));
  }

  ScratchFolder scratch_;
};

TEST_F(ReadRawTest, ReadsAndConverts) {
  const fs::path file = WriteFloats("x", {1, 2.5F, -3});
  const Tensor same = ReadRaw(file, ElementType::kFloat32, {3}, ElementType::kFloat32).value();
  EXPECT_THAT(same.values<float>(), ElementsAre(1, 2.5F, -3));
  const Tensor ids = ReadRaw(file, ElementType::kInt64, {1, 3}, ElementType::kFloat32).value();
  EXPECT_THAT(ids.values<std::int64_t>(), ElementsAre(1, 2, -3));
  EXPECT_EQ(ids.dims(), (Shape{1, 3}));
}

TEST_F(ReadRawTest, ScalarsAndEmptyTensors) {
  const fs::path one = WriteFloats("one", {7});
  EXPECT_EQ(ReadRaw(one, ElementType::kFloat32, {}, ElementType::kFloat32)->size(), 1U);
  const fs::path none = WriteFloats("none", {});
  EXPECT_EQ(ReadRaw(none, ElementType::kFloat32, {0, 4}, ElementType::kFloat32)->size(), 0U);
}

TEST_F(ReadRawTest, WrongSizePrintsExpectedAndFoundAndAHint) {
  const auto error = [&](const fs::path& file, const Shape& dims, ElementType type) {
    return ReadRaw(file, type, dims, type).status().message();
  };
  const fs::path file = WriteFloats("x.raw", {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(error(file, {2, 2}, ElementType::kFloat32),
              AllOf(HasSubstr("x.raw' has 24 bytes, but float32 2x2 takes 16."),
                    HasSubstr("Check the dimensions")));
  EXPECT_THAT(error(file, {3}, ElementType::kFloat32), HasSubstr("right for int64, float64"));
  EXPECT_THAT(error(file, {24}, ElementType::kFloat32), HasSubstr("uint8, int8, bool"));
  EXPECT_THAT(error(file, {2}, ElementType::kFloat32), HasSubstr("3 times as much"));
  EXPECT_THAT(error(file, {std::int64_t{1} << 61}, ElementType::kFloat32),
              HasSubstr("has 24 bytes"));
  EXPECT_THAT(error(file, {-1, 3}, ElementType::kFloat32), HasSubstr("not fixed"));
  EXPECT_THAT(error(file, {6}, ElementType::kString), HasSubstr("no raw form"));
  EXPECT_THAT(error(WriteFloats("none", {}), {2}, ElementType::kFloat32), HasSubstr("is empty"));
  EXPECT_THAT(error(scratch_ / "gone.raw", {2}, ElementType::kFloat32), HasSubstr("gone.raw"));
}

std::vector<ValueInfo> ImageAndIds() {
  ValueInfo image;
  image.name = "image";
  image.type = ElementType::kFloat32;
  image.dims = {2};
  ValueInfo ids;
  ids.name = "ids";
  ids.type = ElementType::kInt32;
  ids.dims = {1};
  return {image, ids};
}

TEST_F(ReadRawTest, ReadInputsByName) {
  const std::vector<std::int32_t> nine = {9};
  const fs::path image = WriteFloats("image", {1, 2});
  const fs::path ids = WriteFloats("ids", {5});
  const auto floats = ReadInputs({{"ids", ids}, {"image", image}}, ImageAndIds(), {});
  ASSERT_TRUE(floats.ok()) << floats.status().message();
  EXPECT_THAT(floats->at("ids").values<std::int32_t>(), ElementsAre(5));
  EXPECT_THAT(floats->at("image").values<float>(), ElementsAre(1, 2));
  const Tensor own = Tensor::FromValues<std::int32_t>(ElementType::kInt32, {1}, nine);
  const fs::path native = Write("native", own);
  const auto natives = ReadInputs({{"ids", native}, {"image", image}}, ImageAndIds(), {true, {}});
  ASSERT_TRUE(natives.ok()) << natives.status().message();
  EXPECT_THAT(natives->at("ids").values<std::int32_t>(), ElementsAre(9));
}

TEST_F(ReadRawTest, ReadInputsRefusesLinesThatDoNotFitTheModel) {
  const std::vector<ValueInfo> both = ImageAndIds();
  const fs::path image = WriteFloats("image", {1, 2});
  const auto error = [](const std::vector<InputList::Entry>& line,
                        const std::vector<ValueInfo>& inputs) {
    return ReadInputs(line, inputs, {}).status().message();
  };
  EXPECT_THAT(error({{"image", image}}, both),
              AllOf(HasSubstr("'ids' (int32 1)"), HasSubstr("ids:=<path>")));
  EXPECT_THAT(error({{"imag", image}}, both), HasSubstr("Did you mean 'image'?"));
  EXPECT_THAT(error({{"", image}}, both), HasSubstr("without the name of an input"));
  EXPECT_THAT(error({{"image", image}, {"ids", image}}, both),
              AllOf(HasSubstr("input 'ids'"), HasSubstr("8 bytes")));
  EXPECT_TRUE(ReadInputs({{"", image}}, {both[0]}, {}).ok());
  EXPECT_THAT(error({}, {both[0]}), HasSubstr("'image'"));
}

class FileTypeTest : public ReadRawTest {
 protected:
  template <typename T>
  ElementType TypeOf(ElementType input_type, const std::vector<T>& content, std::int64_t count,
                     const FileTypes& types = {}) {
    const fs::path file = scratch_ / "x.raw";
    EXPECT_TRUE(WriteFile(file, std::as_bytes(std::span(content))).ok());
    ValueInfo input;
    input.name = "x";
    input.type = input_type;
    input.dims = {count};
    return FileType(file, input, types).value();
  }
};

TEST_F(FileTypeTest, TheSizeTells) {
  const std::vector<std::int64_t> ids = {101, 2054, 102};
  EXPECT_EQ(TypeOf(ElementType::kInt64, ids, 3), ElementType::kInt64);
  EXPECT_EQ(TypeOf<float>(ElementType::kInt64, {101, 2054, 102}, 3), ElementType::kFloat32);
  EXPECT_EQ(TypeOf<float>(ElementType::kInt64, {101}, 3), ElementType::kFloat32);
}

TEST_F(FileTypeTest, WideIntegersAreUnderstoodForNarrowOnes) {
  const std::vector<std::int64_t> ids = {101, (std::int64_t{1} << 24) + 1, -2};
  EXPECT_EQ(TypeOf(ElementType::kInt32, ids, 3), ElementType::kInt64);
  EXPECT_EQ(TypeOf(ElementType::kUint32, ids, 3), ElementType::kInt64);
  const Tensor read =
      ReadRaw(scratch_ / "x.raw", ElementType::kInt32, {3}, ElementType::kInt64).value();
  EXPECT_THAT(read.values<std::int32_t>(), ElementsAre(101, 16777217, -2));
  EXPECT_EQ(TypeOf<float>(ElementType::kInt32, {1, 2, 3, 4}, 2), ElementType::kFloat32);
}

TEST_F(FileTypeTest, WhereTheSizesAreEqualTheContentTells) {
  EXPECT_EQ(TypeOf<std::int32_t>(ElementType::kInt32, {101, 0, -3}, 3), ElementType::kInt32);
  EXPECT_EQ(TypeOf<float>(ElementType::kInt32, {101, 0, -3}, 3), ElementType::kFloat32);
}

TEST_F(FileTypeTest, WhatTheUserSaysWins) {
  const std::vector<std::int64_t> ids = {101};
  EXPECT_EQ(TypeOf(ElementType::kInt64, ids, 1, {false, {{"x", ElementType::kFloat32}}}),
            ElementType::kFloat32);
  EXPECT_EQ(TypeOf<float>(ElementType::kInt64, {101}, 1, {true, {}}), ElementType::kInt64);
}

}  // namespace
}  // namespace acc::store

// SPDX-License-Identifier: BSD-3-Clause
#include "store/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/files.h"
#include "base/scratch_folder_testing.h"

namespace acc::store {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ManifestTest : public ::testing::Test {
 protected:
  void Put(std::string_view file, std::string_view content = "") {
    ASSERT_TRUE(CreateFolders((scratch_ / file).parent_path()).ok());
    ASSERT_TRUE(WriteFile(scratch_ / file, content).ok());
  }
  // The failure to read a tensors.json with this one entry.
  std::string ErrorOf(const std::string& entry) {
    Put("tensors.json", R"({"version": 1, "tensors": [)" + entry + "]}");
    return ReadManifest(scratch_.path()).status().message();
  }
  std::vector<std::string> ListedNames() {
    const auto manifest = ListTensors(scratch_.path());
    EXPECT_TRUE(manifest.ok()) << manifest.status().message();
    std::vector<std::string> names;
    if (manifest.ok()) {
      for (const TensorRecord& record : manifest->tensors) names.push_back(record.name);
    }
    return names;
  }

  ScratchFolder scratch_;
};

TensorRecord FullRecord() {
  TensorRecord record;
  record.name = "relu1";
  record.file = "folder/relu1.raw";
  record.type = ElementType::kInt64;
  record.native_file = "native/folder/relu1.int64.raw";
  record.dims = Shape{1, 4, 4, 3};
  record.axis_order = AxisOrder::kChannelLast;
  record.node = "node";
  record.op_type = "Relu";
  record.source = "source:0";
  record.encoding =
      TensorEncoding{{Encoding{16, -0.1, 0.1, 1e-7, -12, true}, Encoding{}}, 3, false};
  return record;
}

void ExpectEqual(const TensorRecord& a, const TensorRecord& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.file, b.file);
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.native_file, b.native_file);
  EXPECT_EQ(a.dims, b.dims);
  EXPECT_EQ(a.axis_order, b.axis_order);
  EXPECT_EQ(a.node, b.node);
  EXPECT_EQ(a.op_type, b.op_type);
  EXPECT_EQ(a.source, b.source);
  ASSERT_EQ(a.encoding.has_value(), b.encoding.has_value());
  if (!a.encoding) return;
  EXPECT_EQ(a.encoding->axis, b.encoding->axis);
  EXPECT_EQ(a.encoding->is_float, b.encoding->is_float);
  ASSERT_EQ(a.encoding->channels.size(), b.encoding->channels.size());
  for (std::size_t i = 0; i < a.encoding->channels.size(); ++i) {
    const Encoding& x = a.encoding->channels[i];
    const Encoding& y = b.encoding->channels[i];
    EXPECT_EQ(x.bitwidth, y.bitwidth);
    EXPECT_EQ(x.min, y.min);
    EXPECT_EQ(x.max, y.max);
    EXPECT_EQ(x.scale, y.scale);
    EXPECT_EQ(x.offset, y.offset);
    EXPECT_EQ(x.symmetric, y.symmetric);
  }
}

TEST_F(ManifestTest, ReadsWhatWasWritten) {
  Manifest manifest;
  manifest.tensors.push_back(FullRecord());
  TensorRecord bare;
  bare.name = "bare";
  bare.file = "bare.raw";
  manifest.tensors.push_back(bare);
  TensorRecord scalar;
  scalar.name = "scalar";
  scalar.file = "scalar.raw";
  scalar.dims = Shape{};
  scalar.encoding = TensorEncoding{{}, std::nullopt, true};
  manifest.tensors.push_back(scalar);
  manifest.skipped = {{"mask", "its type is string"}};
  manifest.statements = {"the HTP computed 1 of 2 nodes", "golden is \"quantized\""};
  manifest.channel_last_source = true;
  ASSERT_TRUE(WriteManifest(scratch_.path(), manifest).ok());
  const Manifest read = ReadManifest(scratch_.path()).value();
  EXPECT_TRUE(read.channel_last_source);
  EXPECT_EQ(read.statements, manifest.statements);
  ASSERT_EQ(read.tensors.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) ExpectEqual(read.tensors[i], manifest.tensors[i]);
  ASSERT_EQ(read.skipped.size(), 1U);
  EXPECT_EQ(read.skipped[0].name, "mask");
  EXPECT_EQ(read.skipped[0].reason, "its type is string");
}

TEST_F(ManifestTest, OneTensorALine) {
  Manifest manifest;
  manifest.tensors.push_back(FullRecord());
  ASSERT_TRUE(WriteManifest(scratch_.path(), manifest).ok());
  EXPECT_THAT(
      ReadFile(scratch_ / "tensors.json").value(),
      HasSubstr("\n    {\"name\":\"relu1\",\"file\":\"folder/relu1.raw\",\"type\":\"int64\""));
}

TEST_F(ManifestTest, NamesOfAnyBytesComeBack) {
  Manifest manifest;
  for (const std::string& name : {std::string("a\xFF\0b", 4), std::string("a\\xff"),
                                  std::string("\"quote\"\n"), std::string("é"), std::string()}) {
    TensorRecord record;
    record.name = name;
    record.source = name;
    record.file = "x.raw";
    manifest.tensors.push_back(record);
    manifest.skipped.push_back({name, name});
  }
  ASSERT_TRUE(WriteManifest(scratch_.path(), manifest).ok());
  const auto read = ReadManifest(scratch_.path());
  ASSERT_TRUE(read.ok()) << read.status().message();
  for (std::size_t i = 0; i < manifest.tensors.size(); ++i) {
    EXPECT_EQ(read->tensors[i].name, manifest.tensors[i].name);
    EXPECT_EQ(read->tensors[i].source, manifest.tensors[i].source);
    EXPECT_EQ(read->skipped[i].reason, manifest.skipped[i].reason);
  }
}

TEST_F(ManifestTest, EncodingsThatAreNotFiniteComeBackAsNan) {
  Manifest manifest;
  manifest.tensors.push_back(FullRecord());
  manifest.tensors[0].encoding->channels[0].max = INFINITY;
  ASSERT_TRUE(WriteManifest(scratch_.path(), manifest).ok());
  const Manifest read = ReadManifest(scratch_.path()).value();
  EXPECT_TRUE(std::isnan(read.tensors[0].encoding->channels[0].max));
}

TEST_F(ManifestTest, RefusesFilesOutsideTheRun) {
  for (const char* file :
       {"../x.raw", "/etc/passwd", "a/../../x", "", "a//b", "./a", "a\\u0000b"}) {
    EXPECT_THAT(
        ErrorOf(std::string(R"({"name": "a", "type": "float32", "file": ")") + file + "\"}"),
        AllOf(HasSubstr("tensors.json"), HasSubstr("no path inside the run")))
        << file;
  }
  EXPECT_THAT(ErrorOf(R"({"name": "a", "type": "int8", "file": "a", "native_file": "../b"})"),
              HasSubstr("native_file"));
}

struct BadEntry {
  const char* fields;  // Beside a good name, file and type.
  const char* reason;
};

TEST_F(ManifestTest, RefusesEntriesThatMakeNoSense) {
  for (const BadEntry& bad : {
           BadEntry{R"("dims": [1, -2])", "dims"},
           BadEntry{R"("dims": [1, 2.5])", "dims"},
           BadEntry{R"("dims": [9223372036854775807, 9223372036854775807])", "dims"},
           BadEntry{R"("dims": [18446744073709551615])", "dims"},
           BadEntry{R"("dims": {"a": 1})", "dims"},
           BadEntry{R"("dims": 5)", "dims"},
           BadEntry{R"("layout": "NWHC")", "layout"},
           BadEntry{R"("layout": 3)", "layout"},
           BadEntry{R"("node": 7)", "node"},
           BadEntry{R"("source_hex": "0g")", "source"},
           BadEntry{R"("source_hex": "012")", "source"},
           BadEntry{R"("encoding": [])", "no object"},
           BadEntry{R"("encoding": {})", "channels"},
           BadEntry{R"("encoding": {"axis": -1, "channels": []})", "axis"},
           BadEntry{R"("encoding": {"axis": 1000, "channels": []})", "axis"},
           BadEntry{R"("dims": [2, 3], "encoding": {"axis": 2, "channels": []})", "axis 2"},
           BadEntry{R"("encoding": {"channels": [{"bitwidth": 99}]})", "bitwidth"},
           BadEntry{R"("encoding": {"channels": [{"bitwidth": 64}]})", "bitwidth"},
           BadEntry{R"("encoding": {"channels": [{"bitwidth": 8, "min": "x"}]})", "min"},
           BadEntry{R"("encoding": {"channels": [{"bitwidth": 8, "min": 0, "max": 0, "scale": 1,
                       "offset": 18446744073709551615}]})",
                    "offset"},
           BadEntry{R"("encoding": {"is_float": 1, "channels": []})", "is_float"},
       }) {
    EXPECT_THAT(ErrorOf(std::string(R"({"name": "a", "file": "a.raw", "type": "int8", )") +
                        bad.fields + "}"),
                AllOf(HasSubstr("entry 0"), HasSubstr(bad.reason)))
        << bad.fields;
  }
  EXPECT_THAT(ErrorOf("3"), HasSubstr("no object"));
  EXPECT_THAT(ErrorOf(R"({"name": "a", "type": "int8"})"), HasSubstr("\"file\" is missing"));
  EXPECT_THAT(ErrorOf(R"({"name": "a", "file": "a", "type": "int7"})"), HasSubstr("int7"));
  EXPECT_THAT(ErrorOf(R"({"name": "a", "file": "a", "type": "int8"},
                         {"name": "a", "file": "b", "type": "int8"})"),
              HasSubstr("'a' is there twice"));
}

TEST_F(ManifestTest, RefusesFilesThatAreNoManifest) {
  for (const char* text : {"[]", "{}", "{\"tensors\": 3}", "{\"tensors\": [", "{\"version\": 2}",
                           "{\"tensors\": [], \"skipped\": [3]}"}) {
    Put("tensors.json", text);
    EXPECT_THAT(ReadManifest(scratch_.path()).status().message(), HasSubstr("tensors.json"))
        << text;
  }
}

TEST_F(ManifestTest, ListsForeignDirectories) {
  for (const char* file : {"z.raw", "a/1x1/bn.raw", "a/1x1/bn/sc.raw", "x:0.raw", "notes.txt",
                           "folder.raw/inner.raw", ".raw", "upper.RAW"}) {
    Put(file);
  }
  EXPECT_THAT(ListedNames(),
              ::testing::ElementsAre("a/1x1/bn", "a/1x1/bn/sc", "folder.raw/inner", "x:0", "z"));
  const Manifest manifest = ListTensors(scratch_.path()).value();
  EXPECT_EQ(manifest.tensors[0].file, "a/1x1/bn.raw");
  EXPECT_EQ(manifest.tensors[0].type, ElementType::kFloat32);
  EXPECT_EQ(manifest.tensors[0].dims, std::nullopt);
  EXPECT_EQ(manifest.tensors[0].native_file, "");
}

TEST_F(ManifestTest, ListingDoesNotFollowLinksToFolders) {
  Put("a/x.raw");
  fs::create_directory_symlink("..", scratch_ / "a/loop");
  fs::create_symlink("x.raw", scratch_ / "a/linked.raw");
  fs::create_symlink("gone", scratch_ / "a/dangling.raw");
  EXPECT_THAT(ListedNames(), ::testing::ElementsAre("a/linked", "a/x"));
}

TEST_F(ManifestTest, ListsThroughALinkToTheRun) {
  Put("run/x.raw");
  fs::create_directory_symlink("run", scratch_ / "latest");
  for (const char* folder : {"latest", "latest/", "run/"}) {
    const auto manifest = ListTensors(scratch_ / folder);
    ASSERT_TRUE(manifest.ok()) << manifest.status().message();
    EXPECT_EQ(manifest->tensors[0].file, "x.raw");
  }
}

TEST_F(ManifestTest, TheManifestDecidesWhereThereIsOne) {
  Put("x.raw");
  Put("extra.raw");
  Put("tensors.json", R"({"tensors": [{"name": "X", "file": "x.raw", "type": "float32"}]})");
  EXPECT_THAT(ListedNames(), ::testing::ElementsAre("X"));
}

TEST_F(ManifestTest, RefusesDirectoriesWithoutTensors) {
  const auto error = [](const fs::path& run) { return ListTensors(run).status().message(); };
  EXPECT_THAT(error(scratch_.path()), HasSubstr("holds no .raw file"));
  EXPECT_THAT(error(scratch_ / "gone"), HasSubstr("does not exist"));
  Put("file");
  EXPECT_THAT(error(scratch_ / "file"), HasSubstr("is not a directory"));
  Put("tensors.json", R"({"tensors": []})");
  EXPECT_THAT(error(scratch_.path()), HasSubstr("lists no tensor"));
}

}  // namespace
}  // namespace acc::store

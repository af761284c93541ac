// SPDX-License-Identifier: BSD-3-Clause
#include "store/file_names.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <vector>

#include "base/files.h"
#include "base/scratch_folder_testing.h"
#include "base/text.h"

namespace acc::store {
namespace {

namespace fs = std::filesystem;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

const std::string kNulName("a\0b", 3);

TEST(FileNamesTest, OrdinaryNamesAreKept) {
  FileNames names;
  for (const char* name :
       {"conv1", "inception_3a/1x1/bn", "inception_3a/1x1/bn/sc", "InceptionV3/Reshape_1:0",
        "with blank", "ñandú/日本", "a.b.c", ".hidden", "tensors.json", "log", "log.txt", "output",
        "native", "summary", "x.raw", "back\\slash", "~", "-x", "%d"}) {
    EXPECT_EQ(names.PathFor(name), name);
  }
}

TEST(FileNamesTest, OneLeadingSlashIsDropped) {
  FileNames names;
  EXPECT_EQ(names.PathFor("/model.0/conv/Conv_output_0"), "model.0/conv/Conv_output_0");
  EXPECT_THAT(names.PathFor("model.0/conv/Conv_output_0"),
              MatchesRegex("model.0/conv/Conv_output_0~[0-9a-f]{16}"));
}

TEST(FileNamesTest, TheSameNameGivesTheSamePath) {
  FileNames names;
  const std::string first = names.PathFor("../x");
  EXPECT_EQ(names.PathFor("../x"), first);
  EXPECT_EQ(FileNames().PathFor("../x"), first);
}

TEST(FileNamesTest, HostileNamesStayReadable) {
  FileNames names;
  EXPECT_THAT(names.PathFor("../../x"), StartsWith("._/._/x~"));
  EXPECT_EQ(names.PathFor("/etc/x"), "etc/x");
  EXPECT_THAT(names.PathFor(kNulName), StartsWith("a_b~"));
  EXPECT_THAT(names.PathFor("a//b"), StartsWith("a/_/b~"));
  EXPECT_THAT(names.PathFor("a.raw/b"), StartsWith("a.raw_/b~"));
  EXPECT_THAT(names.PathFor("Native/x.int64"), StartsWith("Native_/x.int64~"));
  EXPECT_THAT(names.PathFor(""), StartsWith("_~"));
}

TEST(FileNamesTest, NamesEqualUpToCaseDiffer) {
  FileNames names;
  EXPECT_EQ(names.PathFor("Conv"), "Conv");
  EXPECT_THAT(names.PathFor("conv"), MatchesRegex("conv~[0-9a-f]{16}"));
}

TEST(FileNamesTest, NameThatIsAnothersReplacementDiffers) {
  FileNames first;
  const std::string taken = first.PathFor("a//b");
  FileNames names;
  EXPECT_EQ(names.PathFor(taken), taken);
  EXPECT_EQ(names.PathFor("a//b"), taken + "_1");
}

std::vector<std::string> HostileNames() {
  std::vector<std::string> names = {
      "",
      "/",
      "//",
      "///x",
      "..",
      ".",
      "../",
      "../../x",
      "/etc/x",
      "/../x",
      "a/../../b",
      "a/./b",
      "a//b",
      "a/",
      "a/ ",
      "a.",
      "a ",
      "a./b",
      "a /b",
      kNulName,
      "a\nb",
      "a\x7f",
      "a\x1b[31m",
      "\xFF",
      "\xFF/\xFE",
      "\xC0\xAE\xC0\xAE/x",
      "a",
      "A",
      "a/b",
      "A/b",
      "a/B",
      "a.raw",
      "a.raw/b",
      "a.RAW/b",
      "a.raw_/b",
      "a.csv/b",
      "a.html/b",
      "tensors.json",
      "tensors.json/x",
      "log",
      "log.txt/x",
      "native",
      "native/a",
      "native/a.int64",
      "NATIVE/a",
      "native/native/a",
      "output",
      "output/Result_0/a",
      "framework_runner_options.json",
      ".run_files.json/x",
      "latest",
      "ab\u202Ecd",
  };
  names.push_back(std::string(5000, 'x'));
  names.push_back(std::string(5000, 'x') + "y");
  names.push_back(std::string(300, 'x') + "/y");
  names.push_back(std::string(225, 'x'));
  names.push_back(std::string(224, 'x'));
  names.push_back(std::string(5000, '/'));
  std::string deep;
  std::string wide;
  for (int i = 0; i < 2000; ++i) deep += "a/";
  for (int i = 0; i < 2000; ++i) wide += "é";
  names.push_back(deep);
  names.push_back(deep + "b");
  names.push_back(wide);
  return names;
}

TEST(FileNamesTest, AllHostileNamesFitTogetherInOneRun) {
  const ScratchFolder scratch;
  FileNames names;
  std::set<std::string> paths;
  for (const std::string& name : HostileNames()) {
    const std::string path = names.PathFor(name);
    EXPECT_TRUE(StaysInside(path)) << Printable(name);
    EXPECT_EQ(Printable(path), path) << Printable(name);
    EXPECT_TRUE(paths.insert(ToLower(path)).second) << Printable(name);
    for (const std::string& file :
         {path + ".raw", fmt::format("{}/{}.bfloat16.raw", kNativeFolder, path), path + ".html"}) {
      const fs::path full = scratch / file;
      EXPECT_FALSE(fs::exists(full)) << Printable(name);
      ASSERT_TRUE(CreateFolders(full.parent_path()).ok()) << Printable(name);
      EXPECT_TRUE(WriteFile(full, name).ok()) << Printable(name);
    }
  }
  for (const std::string& name : HostileNames()) {
    EXPECT_EQ(ReadFile(scratch / (names.PathFor(name) + ".raw")).value(), name);
  }
}

TEST(FileNamesTest, RandomNamesStayInsideAndDiffer) {
  std::mt19937 random(5);
  const std::string alphabet("aA./ \0\xFF~_", 9);
  FileNames names;
  std::set<std::string> seen;
  std::set<std::string> paths;
  for (int round = 0; round < 20000; ++round) {
    std::string name(random() % 7, '\0');
    for (char& c : name) c = alphabet[random() % alphabet.size()];
    if (!seen.insert(name).second) continue;
    const std::string path = names.PathFor(name);
    ASSERT_TRUE(StaysInside(path)) << Printable(name);
    ASSERT_TRUE(paths.insert(ToLower(path)).second) << Printable(name);
  }
}

TEST(FileNamesTest, FoldersOfTensorsDoNotMeetFiles) {
  FileNames names = FileNames::OfFolders("report_assets");
  EXPECT_EQ(names.PathFor("a/b"), "a/b");
  EXPECT_EQ(names.PathFor("a"), "a");
  EXPECT_EQ(names.PathFor("native"), "native");
  for (const char* name :
       {"summary.csv", "a/golden_data.csv", "Report_Assets", "report_assets/x"}) {
    const std::string path = names.PathFor(name);
    EXPECT_NE(path, name);
    EXPECT_FALSE(path.ends_with(".csv"));
    EXPECT_FALSE(ToLower(path).starts_with("report_assets/"));
  }
}

TEST(StaysInsideTest, Paths) {
  for (const char* good : {"a", "a/b", "..a/b..", "a b"}) EXPECT_TRUE(StaysInside(good)) << good;
  for (const char* bad : {"", "/", "/a", "a/", "a//b", "..", "a/..", "../a", "a/../b", "./a"}) {
    EXPECT_FALSE(StaysInside(bad)) << bad;
  }
  EXPECT_FALSE(StaysInside(kNulName));
}

}  // namespace
}  // namespace acc::store

// SPDX-License-Identifier: BSD-3-Clause
#include "features/shared/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/files.h"
#include "base/scratch_folder_testing.h"
#include "store/manifest.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class RunFolderTest : public ::testing::Test {
 protected:
  // A run with a tensor of a nested name.
  void MakeRun(const std::string& folder) {
    MakePlain(folder + "/conv");
    store::Manifest manifest;
    store::TensorRecord record;
    record.name = "conv/a";
    record.file = "conv/a.raw";
    record.dims = Shape{1};
    manifest.tensors.push_back(record);
    ASSERT_TRUE(store::WriteManifest(root_.path() / folder, manifest).ok());
  }
  void MakePlain(const std::string& folder) {
    ASSERT_TRUE(CreateFolders(root_.path() / folder).ok());
    ASSERT_TRUE(WriteFile(root_.path() / folder / "a.raw", "1234").ok());
  }
  fs::path Find(const std::string& folder) {
    const auto found = FindRunFolder(root_.path() / folder);
    EXPECT_TRUE(found.ok()) << found.status().message();
    if (!found.ok()) return {};
    EXPECT_THAT(found->choices, SizeIs(0));
    return found->directory.lexically_relative(root_.path());
  }

  ScratchFolder root_;
};

TEST_F(RunFolderTest, ARunAndAPlainFolderAreThemselves) {
  MakeRun("run");
  MakePlain("plain");
  MakePlain("plain/nested");
  EXPECT_EQ(Find("run"), "run");
  EXPECT_EQ(Find("plain"), "plain");
  EXPECT_EQ(Find("missing"), "missing");
}

TEST_F(RunFolderTest, ALevelTooHighIsEntered) {
  MakeRun("engine/one/output/Result_0");
  MakePlain("engine/one");  // A run keeps inputs beside its output.
  for (const char* folder : {"engine", "engine/one/output", "engine/one"}) {
    if (std::string(folder) == "engine/one") MakePlain("engine/one");
    EXPECT_EQ(Find(folder), "engine/one/output/Result_0") << folder;
  }
  MakePlain("foreign/output/Result_0");
  EXPECT_EQ(Find("foreign"), "foreign/output/Result_0");
}

TEST_F(RunFolderTest, ALinkToTheLatestRunIsNoSecondOne) {
  MakeRun("runner/one");
  fs::create_directory_symlink("one", root_.path() / "runner/latest");
  EXPECT_EQ(Find("runner"), "runner/one");
}

TEST_F(RunFolderTest, SeveralRunsAreRefusedWithTheirPaths) {
  MakeRun("run/output/Result_0");
  MakeRun("run/output/Result_1");
  MakeRun("golden");
  const auto folders = FindRunFolders(root_.path() / "golden", root_.path() / "run");
  ASSERT_FALSE(folders.ok());
  EXPECT_THAT(folders.status().message(),
              AllOf(HasSubstr("holds 2 runs"), HasSubstr("output/Result_1'")));
  EXPECT_TRUE(FindRunFolders(root_.path() / "run", root_.path() / "run").ok())
      << "results of the same names compare as one";
}

TEST_F(RunFolderTest, ALevelTooLowIsRefusedWithTheRun) {
  MakeRun("run/output/Result_0");
  const auto found = FindRunFolder(root_.path() / "run/output/Result_0/conv");
  ASSERT_FALSE(found.ok());
  EXPECT_THAT(found.status().message(), HasSubstr("run/output/Result_0'"));
  MakePlain("run/output/Result_0/strange");
  EXPECT_EQ(Find("run/output/Result_0/strange"), "run/output/Result_0/strange")
      << "not of the run's tensors";
}

}  // namespace
}  // namespace acc::features

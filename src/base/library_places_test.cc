// SPDX-License-Identifier: BSD-3-Clause
#include "base/library_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "base/scratch_folder_testing.h"

namespace acc {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

void MakeFile(const fs::path& file) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "x";
}

TEST(TreeOf, IsAboveBinAndAboveTheBuildFolder) {
  EXPECT_EQ(TreeOf("/opt/tool/bin/program"), "/opt/tool");
  EXPECT_EQ(TreeOf("/home/a/checkout/" ACC_BUILD_FOLDER "/bin/program"), "/home/a/checkout");
  EXPECT_EQ(TreeOf("/home/a/checkout/" ACC_BUILD_FOLDER "/src/base/base_test"), "/home/a/checkout");
}

TEST(TreeOf, IsTheOwnFolderAnywhereElse) {
  EXPECT_EQ(TreeOf("/shared/a/program"), "/shared/a");
  EXPECT_EQ(TreeOf("/shared/build/x/program"), "/shared/build/x");
}

TEST(PythonPackages, AreNotThoseAboveTheCurrentFolder) {
  const ScratchFolder scratch;
  const fs::path foreign = scratch.path() / ".venv/lib/python3.11/site-packages";
  MakeFile(foreign / "package/lib.so");
  const fs::path inner = scratch.path() / "a/b";
  fs::create_directories(inner);
  const fs::path before = fs::current_path();
  fs::current_path(inner);
  EXPECT_THAT(PythonPackages(), Not(Contains(foreign)));
  EXPECT_FALSE(FindPackageFile("package/lib.so", "ACC_NO_SUCH_FOLDER", "install").ok());
  setenv("VIRTUAL_ENV", (scratch.path() / ".venv").c_str(), 1);
  EXPECT_THAT(PythonPackages(), Contains(foreign));
  EXPECT_TRUE(FindPackageFile("package/lib.so", "ACC_NO_SUCH_FOLDER", "install").ok());
  unsetenv("VIRTUAL_ENV");
  fs::current_path(before);
}

TEST(FindPackageFile, SaysHowToInstallWhatIsMissing) {
  const auto file = FindPackageFile("no_such_package/lib.so", "ACC_NO_SUCH_FOLDER", "the command");
  ASSERT_FALSE(file.ok());
  EXPECT_THAT(file.status().message(), HasSubstr("the command"));
  EXPECT_THAT(file.status().message(), HasSubstr("ACC_NO_SUCH_FOLDER"));
}

TEST(FileOfSymbol, NamesTheLibrary) {
  EXPECT_THAT(FileOfSymbol(reinterpret_cast<const void*>(&std::getenv), "none").string(),
              HasSubstr("libc"));
  EXPECT_EQ(FileOfSymbol(nullptr, "none"), "none");
}

}  // namespace
}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
#include "store/run_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/files.h"
#include "base/log.h"
#include "base/scratch_folder_testing.h"

namespace acc::store {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class RunDirectoryTest : public ::testing::Test {
 protected:
  Result<RunDirectory> Create(const std::string& name = "", bool link_latest = true) {
    return RunDirectory::Create({working_, "framework_runner", name, link_latest});
  }
  static void Put(const RunDirectory& run, const std::string& file) {
    ASSERT_TRUE(CreateFolders((run.path() / file).parent_path()).ok());
    ASSERT_TRUE(WriteFile(run.path() / file, file).ok());
  }
  // A whole run that writes these files.
  void Run(const std::string& name, const std::vector<std::string>& files, bool finish = true) {
    auto run = Create(name);
    ASSERT_TRUE(run.ok()) << run.status().message();
    for (const std::string& file : files) Put(*run, file);
    if (finish) {
      EXPECT_TRUE(run->Finish().ok());
    }
  }
  static std::set<std::string> NamesIn(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
    return names;
  }
  std::string UsageErrorOf(const std::string& name) {
    const auto run = Create(name);
    EXPECT_EQ(run.status().code(), StatusCode::kUsage) << name;
    return run.status().message();
  }

  ScratchFolder scratch_;
  fs::path working_ = scratch_ / "new/working";
  fs::path feature_ = working_ / "framework_runner";
  fs::path latest_ = feature_ / "latest";
};

TEST_F(RunDirectoryTest, NamedByTheTimeOfDay) {
  const auto run = Create();
  ASSERT_TRUE(run.ok()) << run.status().message();
  EXPECT_EQ(run->path().parent_path(), feature_);
  EXPECT_THAT(run->path().filename().native(),
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}_[0-9]{2}-[0-9]{2}-[0-9]{2}"));
  EXPECT_EQ(NamesIn(run->path()), std::set<std::string>{kRunMark});
}

TEST_F(RunDirectoryTest, RunsOfOneSecondDiffer) {
  std::set<fs::path> paths;
  for (int i = 0; i < 5; ++i) paths.insert(Create().value().path());
  EXPECT_EQ(paths.size(), 5U);
}

TEST_F(RunDirectoryTest, FinishPointsLatestAtTheRun) {
  auto first = Create();
  auto second = Create();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_FALSE(fs::exists(latest_));
  ASSERT_TRUE(first->Finish().ok());
  EXPECT_EQ(fs::read_symlink(latest_), first->path().filename());
  ASSERT_TRUE(second->Finish().ok());
  EXPECT_EQ(fs::read_symlink(latest_), second->path().filename());
  EXPECT_TRUE(fs::equivalent(latest_, second->path()));
}

TEST_F(RunDirectoryTest, UnfinishedRunStaysButIsNotLatest) {
  Run("good", {"x.raw"});
  Run("bad", {"x.raw"}, false);
  EXPECT_EQ(fs::read_symlink(latest_), "good");
  EXPECT_TRUE(fs::exists(feature_ / "bad/x.raw"));
}

TEST_F(RunDirectoryTest, WrapperHasNoLatest) {
  auto run = Create("", false);
  ASSERT_TRUE(run.ok());
  EXPECT_TRUE(run->Finish().ok());
  EXPECT_FALSE(fs::exists(fs::symlink_status(latest_)));
}

TEST_F(RunDirectoryTest, DanglingLatestIsReplaced) {
  ASSERT_TRUE(CreateFolders(feature_).ok());
  fs::create_symlink("gone", latest_);
  Run("x", {});
  EXPECT_EQ(fs::read_symlink(latest_), "x");
}

TEST_F(RunDirectoryTest, RefusesWhereLatestIsInTheWay) {
  ASSERT_TRUE(CreateFolders(latest_).ok());
  EXPECT_THAT(UsageErrorOf(""), AllOf(HasSubstr("latest"), HasSubstr("in the way")));
  EXPECT_TRUE(Create("", false).ok());
}

TEST_F(RunDirectoryTest, SecondRunOfANameHoldsItsOwnFilesOnly) {
  Run("exp", {"a.raw", "deep/b.raw", "tensors.json"});
  Run("exp", {"c.raw"});
  EXPECT_TRUE(fs::exists(feature_ / "exp/c.raw"));
  for (const char* file : {"a.raw", "deep", "tensors.json"}) {
    EXPECT_FALSE(fs::exists(feature_ / "exp" / file)) << file;
  }
  EXPECT_EQ(fs::read_symlink(latest_), "exp");
}

TEST_F(RunDirectoryTest, FilesOfTheUserSurvive) {
  Run("exp", {"a.raw", "deep/b.raw"});
  ASSERT_TRUE(WriteFile(feature_ / "exp/notes.txt", "mine").ok());
  ASSERT_TRUE(WriteFile(feature_ / "exp/deep/mine.raw", "mine").ok());
  Run("exp", {"c.raw"});
  Run("exp", {"d.raw"});
  EXPECT_EQ(ReadFile(feature_ / "exp/notes.txt").value(), "mine");
  EXPECT_EQ(ReadFile(feature_ / "exp/deep/mine.raw").value(), "mine");
  EXPECT_FALSE(fs::exists(feature_ / "exp/c.raw"));
  EXPECT_TRUE(fs::exists(feature_ / "exp/d.raw"));
}

TEST_F(RunDirectoryTest, LatestIsTakenAwayWhileItsFolderIsWrittenAgain) {
  Run("exp", {"a.raw"});
  Run("exp", {"b.raw"}, false);
  EXPECT_FALSE(fs::exists(fs::symlink_status(latest_)));
  Run("exp", {"c.raw"});
  EXPECT_FALSE(fs::exists(feature_ / "exp/b.raw"));
  EXPECT_EQ(fs::read_symlink(latest_), "exp");
}

TEST_F(RunDirectoryTest, AWholeRunHasNoMarkAndAnUnfinishedOneKeepsIt) {
  Run("good", {"x.raw"});
  Run("bad", {"x.raw"}, false);
  EXPECT_EQ(NamesIn(feature_ / "good"), (std::set<std::string>{"x.raw", ".run_files.json"}));
  EXPECT_EQ(NamesIn(feature_ / "bad"),
            (std::set<std::string>{"x.raw", ".run_files.json", kRunMark}));
  Run("bad", {"y.raw"});
  EXPECT_EQ(NamesIn(feature_ / "bad"), (std::set<std::string>{"y.raw", ".run_files.json"}));
}

TEST_F(RunDirectoryTest, OfTwoRunsOfANameAtOnceTheSecondFails) {
  auto first = Create("exp");
  ASSERT_TRUE(first.ok());
  Put(*first, "a.raw");
  const auto second = Create("exp");
  EXPECT_EQ(second.status().code(), StatusCode::kFailed);
  EXPECT_THAT(second.status().message(), HasSubstr("another run is writing"));
  EXPECT_TRUE(fs::exists(feature_ / "exp/a.raw"));
  EXPECT_TRUE(first->Finish().ok());
  EXPECT_TRUE(Create("exp").ok());
}

TEST_F(RunDirectoryTest, WhatAKilledRunLeftIsKeptBesideTheNext) {
  for (const char* file : {"a.raw", kRunMark}) {  // No list: the process had no time for it.
    ASSERT_TRUE(CreateFolders(feature_ / "exp").ok());
    ASSERT_TRUE(WriteFile(feature_ / "exp" / file, "123").ok());
  }
  Run("exp", {"b.raw"});
  EXPECT_EQ(NamesIn(feature_ / "exp"), (std::set<std::string>{"b.raw", ".run_files.json"}));
  EXPECT_TRUE(fs::exists(feature_ / "exp_unfinished_1/a.raw"));
  EXPECT_EQ(fs::read_symlink(latest_), "exp");
}

TEST_F(RunDirectoryTest, EntriesOfTheLatestRunAreLinkedBesideIt) {
  for (const char* file : {"a.html", "csv/b.csv"}) {
    auto run = Create();
    ASSERT_TRUE(run.ok());
    Put(*run, file);
    ASSERT_TRUE(run->Finish().ok());
    EXPECT_TRUE(run->LinkEntries().ok());
    EXPECT_EQ(ReadFile(feature_ / file).value(), file);
  }
  EXPECT_FALSE(fs::exists(fs::symlink_status(feature_ / "a.html")));
  EXPECT_EQ(fs::read_symlink(feature_ / "csv"), "latest/csv");
}

TEST_F(RunDirectoryTest, MovingKeepsTheRun) {
  {
    auto created = Create("exp");
    ASSERT_TRUE(created.ok());
    const RunDirectory moved = *std::move(created);
    Put(moved, "a.raw");
  }
  Run("exp", {"b.raw"});
  EXPECT_FALSE(fs::exists(feature_ / "exp/a.raw"));
}

TEST_F(RunDirectoryTest, RefusesFoldersOfOthers) {
  ASSERT_TRUE(CreateFolders(feature_ / "photos").ok());
  EXPECT_TRUE(Create("photos").ok());  // Empty: nothing can be lost.
  fs::remove(feature_ / "photos/.run_files.json");
  fs::remove(feature_ / "photos" / kRunMark);
  for (const char* file : {"a.jpg", "log.txt"}) {
    ASSERT_TRUE(WriteFile(feature_ / "photos" / file, "x").ok());
    EXPECT_THAT(UsageErrorOf("photos"), AllOf(HasSubstr("photos"), HasSubstr("another")));
    EXPECT_TRUE(fs::exists(feature_ / "photos" / file));
  }
  ASSERT_TRUE(WriteFile(feature_ / "file", "x").ok());
  EXPECT_THAT(UsageErrorOf("file"), HasSubstr("is a file"));
}

TEST_F(RunDirectoryTest, ForgedFileListsReachNothingOutside) {
  ASSERT_TRUE(WriteFile(scratch_ / "precious", "x").ok());
  ASSERT_TRUE(CreateFolders(feature_ / "exp").ok());
  fs::create_directory_symlink(scratch_.path(), feature_ / "exp/link");
  for (const char* list : {R"(["link/precious"])", R"(["../../../../precious"])", R"([3])", "{}",
                           R"(["/etc/hostname"])", "[\"a", R"(["link"])"}) {
    ASSERT_TRUE(WriteFile(feature_ / "exp/.run_files.json", list).ok());
    (void)Create("exp").ok();
    EXPECT_TRUE(fs::exists(scratch_ / "precious")) << list;
  }
}

TEST_F(RunDirectoryTest, RefusesNamesThatAreNoFolderName) {
  for (const std::string& name :
       {std::string("../x"), std::string("a/b"), std::string("/tmp/x"), std::string(".."),
        std::string("."), std::string("a/"), std::string("latest"), std::string("a\0b", 3),
        std::string("a\nb"), std::string(300, 'x')}) {
    EXPECT_THAT(UsageErrorOf(name), HasSubstr("--output_dirname"));
  }
}

TEST_F(RunDirectoryTest, WorkingDirThatCannotBeMadeIsNamed) {
  ASSERT_TRUE(WriteFile(scratch_ / "file", "").ok());
  for (const fs::path& working : {scratch_ / "file/below", fs::path("/proc/acc")}) {
    EXPECT_THAT(RunDirectory::Create({working, "verification", "", true}).status().message(),
                HasSubstr(working.native()));
  }
}

}  // namespace
}  // namespace acc::store

// SPDX-License-Identifier: BSD-3-Clause
#include "store/run_mark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/scratch_folder_testing.h"

namespace acc::store {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(RunMarkTest, OneHolderAtATime) {
  const ScratchFolder scratch;
  {
    const auto first = RunMark::Take(scratch.path());
    ASSERT_TRUE(first.ok()) << first.status().message();
    EXPECT_FALSE(first->was_there());
    EXPECT_THAT(RunMark::Take(scratch.path()).status().message(), HasSubstr("another run"));
  }
  auto next = RunMark::Take(scratch.path());
  ASSERT_TRUE(next.ok());
  EXPECT_TRUE(next->was_there());
  next->Remove();
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(RunMarkTest, ResultsOfAnUnfinishedRunAreRefusedFromWithin) {
  const ScratchFolder scratch;
  const fs::path results = scratch / "run/output/Result_0";
  ASSERT_TRUE(CreateFolders(results).ok());
  EXPECT_TRUE(CheckWhole(results).ok());
  auto mark = RunMark::Take(scratch / "run").value();
  for (const fs::path& part : {results, results.parent_path(), scratch / "run"}) {
    EXPECT_THAT(CheckWhole(part).message(), HasSubstr("goes on")) << part;
  }
  mark = RunMark();
  EXPECT_THAT(CheckWhole(results).message(), AllOf(HasSubstr("did not end"), HasSubstr(kRunMark)));
  RunMark::Take(scratch / "run").value().Remove();
  EXPECT_TRUE(CheckWhole(results).ok());
  EXPECT_TRUE(CheckWhole(scratch / "none").ok());
}

TEST(RunMarkTest, AFolderThatWasClaimedOnlyIsAsItWas) {
  const ScratchFolder scratch;
  {
    const auto claimed = RunMark::Claim(scratch.path());
    ASSERT_TRUE(claimed.ok());
    EXPECT_THAT(CheckWhole(scratch.path()).message(), HasSubstr("goes on"));
    EXPECT_THAT(RunMark::Claim(scratch.path()).status().message(), HasSubstr("another run"));
  }
  EXPECT_TRUE(CheckWhole(scratch.path()).ok());
  const auto next = RunMark::Claim(scratch.path());
  ASSERT_TRUE(next.ok());
  EXPECT_FALSE(next->was_there());
  EXPECT_TRUE(next->Set().ok());
  EXPECT_TRUE(RunMark::Claim(scratch.path()).status().message().size() > 0);
}

TEST(RunMarkTest, AFolderThatCannotBeMarkedIsNamed) {
  EXPECT_THAT(RunMark::Take("/proc/acc").status().message(), HasSubstr("/proc/acc"));
}

}  // namespace
}  // namespace acc::store

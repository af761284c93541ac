// SPDX-License-Identifier: BSD-3-Clause
#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <regex>
#include <thread>

#include "base/files.h"
#include "base/progress.h"
#include "base/scratch_folder_testing.h"

namespace acc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

TEST(LogTest, StderrGetsPlainLinesWithoutDebug) {
  CaptureStderr();
  LogDebug("detail");
  LogInfo("reading {}", "x");
  LogWarn("odd");
  SetVerbose(true);
  LogDebug("more");
  SetVerbose(false);
  EXPECT_EQ(GetCapturedStderr(), "reading x\nwarning: odd\nmore\n");
}

TEST(LogTest, ControlBytesReachNeitherTerminalNorFile) {
  const ScratchFolder scratch;
  CaptureStderr();
  {
    const auto file = LogFile::Open(scratch / "log.txt");
    LogInfo("tensor {}", "a\x1b[31m");
  }
  EXPECT_EQ(GetCapturedStderr(), "tensor a\\x1b[31m\n");
  EXPECT_THAT(ReadFile(scratch / "log.txt").value(), HasSubstr("tensor a\\x1b[31m\n"));
}

TEST(LogTest, FilesNestAndGetEveryLineWithItsTime) {
  const ScratchFolder scratch;
  CaptureStderr();
  (void)LogFile::Open(scratch / "earlier.txt");  // Gets what other tests said.
  {
    const auto outer = LogFile::Open(scratch / "outer.txt");
    LogInfo("one {{}}");
    {
      auto inner = LogFile::Open(scratch / "inner.txt");
      ASSERT_TRUE(inner.ok());
      const LogFile moved = *std::move(inner);
      LogDebug("two");
    }
    LogWarn("three");
  }
  LogInfo("four");
  GetCapturedStderr();
  EXPECT_TRUE(std::regex_match(
      ReadFile(scratch / "outer.txt").value(),
      std::regex("(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}) info    one \\{\\}\n"
                 ".{23} debug   two\n.{23} warning three\n")))
      << ReadFile(scratch / "outer.txt").value();
  const std::string inner = ReadFile(scratch / "inner.txt").value();
  EXPECT_THAT(inner, HasSubstr("two\n"));
  EXPECT_THAT(inner, Not(HasSubstr("one")));
  EXPECT_THAT(inner, Not(HasSubstr("three")));
}

TEST(LogTest, LinesBeforeTheFirstFileAreInItAlone) {
  const ScratchFolder scratch;
  CaptureStderr();
  LogWarn("early");
  {
    const auto first = LogFile::Open(scratch / "first.txt");
    const auto second = LogFile::Open(scratch / "second.txt");
  }
  GetCapturedStderr();
  EXPECT_THAT(ReadFile(scratch / "first.txt").value(), HasSubstr(" warning early\n"));
  EXPECT_EQ(ReadFile(scratch / "second.txt").value(), "");
}

TEST(LogTest, LineForOneFileReachesNoOtherAndNotTheTerminal) {
  const ScratchFolder scratch;
  CaptureStderr();
  (void)LogFile::Open(scratch / "earlier.txt");  // Gets what other tests said.
  {
    const auto outer = LogFile::Open(scratch / "outer.txt");
    const auto inner = LogFile::Open(scratch / "inner.txt");
    ASSERT_TRUE(inner.ok());
    inner->Write(LogLevel::kInfo, "result {} \x1b");
  }
  EXPECT_EQ(GetCapturedStderr(), "");
  EXPECT_THAT(ReadFile(scratch / "inner.txt").value(), HasSubstr(" info    result {} \\x1b\n"));
  EXPECT_EQ(ReadFile(scratch / "outer.txt").value(), "");
}

TEST(LogTest, FileThatCannotBeWrittenIsNamed) {
  EXPECT_THAT(LogFile::Open("/proc/acc/log.txt").status().message(),
              HasSubstr("/proc/acc/log.txt"));
}

TEST(ProgressTest, ShortWorkIsOnePlainLineWhereStderrIsNoTerminal) {
  CaptureStderr();
  {
    Progress progress("capture", 8);
    for (int i = 0; i < 8; ++i) progress.Advance();
    const Progress nothing("nothing", 0);
  }
  EXPECT_EQ(GetCapturedStderr(), "capture: 100 % (8 of 8)\n");
}

TEST(ProgressTest, LongWorkHasPlainLinesAtQuarters) {
  CaptureStderr();
  {
    Progress progress("capture", 8);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    for (int i = 0; i < 8; ++i) progress.Advance();
  }
  EXPECT_EQ(GetCapturedStderr(),
            "capture: 25 % (2 of 8)\ncapture: 50 % (4 of 8)\ncapture: 75 % (6 of 8)\n"
            "capture: 100 % (8 of 8)\n");
}

TEST(ProgressTest, StepsBeyondTheTotalAddNothing) {
  CaptureStderr();
  {
    Progress progress("capture", 2);
    progress.Advance(5);
    progress.Advance(5);
  }
  EXPECT_EQ(GetCapturedStderr(), "capture: 100 % (2 of 2)\n");
}

}  // namespace
}  // namespace acc

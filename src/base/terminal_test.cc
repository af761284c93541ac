// SPDX-License-Identifier: BSD-3-Clause
#include "base/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace acc {
namespace {

using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

void SayAsALibrary(const std::string& text) {
  EXPECT_EQ(write(STDERR_FILENO, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

TEST(ForeignStderr, HoldsBackALibrarysWordsAndShowsOurs) {
  CaptureStderr();
  {
    ForeignStderr held_back;
    SayAsALibrary("one\n");
    WriteLine("ours");
    SayAsALibrary("two\n");
    EXPECT_EQ(held_back.Take(), "one\ntwo\n");
    EXPECT_EQ(held_back.Take(), "");
    SayAsALibrary("three\n");
    EXPECT_EQ(held_back.Take(), "three\n");
  }
  SayAsALibrary("after\n");
  EXPECT_EQ(GetCapturedStderr(), "ours\nafter\n");
}

TEST(ForeignStderr, SeveralAtOnceEndInAnyOrder) {
  CaptureStderr();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([] {
        for (int round = 0; round < 100; ++round) {
          ForeignStderr held_back;
          SayAsALibrary("library\n");
          WriteLine("x");
          held_back.Take();
        }
      });
    }
  }
  std::string lines;
  for (int i = 0; i < 800; ++i) lines += "x\n";
  EXPECT_EQ(GetCapturedStderr(), lines);
}

[[noreturn]] void OpenWithoutStandardDescriptors() {
  for (int fd = 0; fd <= 2; ++fd) close(fd);
  if (!ReserveStandardDescriptors()) _exit(1);
  _exit(open("/dev/null", O_RDONLY) > 2 ? 0 : 2);
}

TEST(ProcessTest, NoFileGetsTheNumberOfAClosedStandardDescriptor) {
  EXPECT_EXIT(OpenWithoutStandardDescriptors(), ::testing::ExitedWithCode(0), "");
}

TEST(ProcessTest, OpenDescriptorsStayAndNoneIsAdded) {
  const int before = dup(0);
  close(before);
  EXPECT_TRUE(ReserveStandardDescriptors());
  const int after = dup(0);
  close(after);
  EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace acc

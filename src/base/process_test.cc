// SPDX-License-Identifier: BSD-3-Clause
#include "base/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace acc {
namespace {

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

// SPDX-License-Identifier: BSD-3-Clause
#include "base/threads.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <new>
#include <vector>

namespace acc {
namespace {

class ThreadsTest : public ::testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override { SetThreadCount(GetParam()); }
  void TearDown() override { SetThreadCount(0); }
};

TEST_P(ThreadsTest, EveryIndexOnce) {
  for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
    std::vector<std::atomic<int>> calls(count);
    ParallelFor(count, [&](std::size_t index) { ++calls[index]; });
    for (const auto& number : calls) EXPECT_EQ(number, 1);
  }
}

TEST_P(ThreadsTest, MayBeNested) {
  std::atomic<int> calls{0};
  ParallelFor(5, [&](std::size_t) { ParallelFor(7, [&](std::size_t) { ++calls; }); });
  EXPECT_EQ(calls, 35);
}

TEST_P(ThreadsTest, AnExceptionComesOutOnceAndLeavesTheRestUndone) {
  std::atomic<int> calls{0};
  const auto run = [&] {
    ParallelFor(100000, [&](std::size_t) {
      ++calls;
      throw std::bad_alloc();
    });
  };
  EXPECT_THROW(run(), std::bad_alloc);
  EXPECT_LE(calls, static_cast<int>(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Counts, ThreadsTest, ::testing::Values(1, 2, 3, 16));

TEST(ThreadCountTest, FollowsTheProcessorsThisProcessMayUse) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  EXPECT_EQ(ThreadCount(), static_cast<std::size_t>(CPU_COUNT(&before)));
  cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(ThreadCount(), 1U);
  ASSERT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
  SetThreadCount(5);
  EXPECT_EQ(ThreadCount(), 5U);
  SetThreadCount(0);
  EXPECT_EQ(ThreadCount(), static_cast<std::size_t>(CPU_COUNT(&before)));
}

}  // namespace
}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
#include "base/child_process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/threads.h"

namespace acc {
namespace {

TEST(RunInChild, DeliversMessagesOfAnySizeFromAnyThread) {
  const std::vector<std::byte> large(5 << 20, std::byte{7});
  std::size_t messages = 0;
  std::size_t bytes = 0;
  const auto end = RunInChild(
      [&](const MessageSink& send) {
        ParallelFor(8, [&](std::size_t i) {
          static_cast<void>(
              send("message " + std::to_string(i), i == 3 ? large : std::vector<std::byte>{}));
        });
      },
      [&](std::string_view head, std::span<const std::byte> body) {
        EXPECT_TRUE(head.starts_with("message "));
        ++messages;
        bytes += body.size();
        return OkStatus();
      });
  ASSERT_TRUE(end.ok()) << end.status().message();
  EXPECT_FALSE(end->has_value());
  EXPECT_EQ(messages, 8U);
  EXPECT_EQ(bytes, large.size());
}

TEST(RunInChild, ACrashIsASignalAndKeepsWhatWasSent) {
  std::string seen;
  const auto end = RunInChild(
      [](const MessageSink& send) {
        static_cast<void>(send("before", {}));
        std::raise(SIGKILL);
      },
      [&](std::string_view head, std::span<const std::byte>) {
        seen += head;
        return OkStatus();
      });
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(*end, SIGKILL);
  EXPECT_EQ(seen, "before");
}

TEST(RunInChild, AnExceptionEndsTheChildAlone) {
  const auto end =
      RunInChild([](const MessageSink&) { throw std::runtime_error("odd"); },
                 [](std::string_view, std::span<const std::byte>) { return OkStatus(); });
  EXPECT_EQ(end.status().message(), "odd");
}

TEST(RunInChild, MemoryThatRunsOutInAThreadOfTheChildEndsTheChildAlone) {
  const auto end = RunInChild(
      [](const MessageSink&) { ParallelFor(8, [](std::size_t) { throw std::bad_alloc(); }); },
      [](std::string_view, std::span<const std::byte>) { return OkStatus(); });
  EXPECT_EQ(end.status().message(), "out of memory");
}

TEST(RunInChild, AThrowingReceiverLeavesNoChild) {
  const auto run = [] {
    return RunInChild(
        [](const MessageSink& send) {
          while (send("again", {}).ok()) {
          }
        },
        [](std::string_view, std::span<const std::byte>) -> Status { throw std::bad_alloc(); });
  };
  EXPECT_THROW(static_cast<void>(run()), std::bad_alloc);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);  // There is no child to wait for.
  EXPECT_EQ(errno, ECHILD);
}

TEST(RunInChild, AFailingReceiverStopsTheChild) {
  const auto end = RunInChild(
      [](const MessageSink& send) {
        while (send("again", {}).ok()) {
        }
      },
      [](std::string_view, std::span<const std::byte>) { return Failure("the disk is full"); });
  EXPECT_EQ(end.status().message(), "the disk is full");
}

}  // namespace
}  // namespace acc

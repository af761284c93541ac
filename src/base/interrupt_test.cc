// SPDX-License-Identifier: BSD-3-Clause
#include "base/interrupt.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/files.h"
#include "base/scratch_folder_testing.h"
#include "base/temporary_file.h"

namespace acc {
namespace {

// What each of these does happens in a process of its own: a run is asked to end once and for all.

[[noreturn]] void AskOnce(int signal) {
  InstallSignalHandlers("the end");
  if (!CheckInterrupted().ok()) _exit(1);
  raise(signal);
  _exit(CheckInterrupted().code() == StatusCode::kInterrupted ? 0 : 2);
}

TEST(InterruptTest, TheFirstSignalAsksTheRunToEnd) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_EXIT(AskOnce(signal), ::testing::ExitedWithCode(0), "^$") << signal;
  }
}

[[noreturn]] void WaitForever() {
  while (true) pause();
}

[[noreturn]] void AskTwice() {
  InstallSignalHandlers("the end");
  raise(SIGINT);
  raise(SIGTERM);
  WaitForever();
}

TEST(InterruptTest, TheSecondEndsTheProcessAndSaysSoOnce) {
  EXPECT_EXIT(AskTwice(), ::testing::ExitedWithCode(130), "^the end\n$");
}

[[noreturn]] void AskAndGoOn() {
  InstallSignalHandlers("the end");
  raise(SIGTERM);
  WaitForever();
}

TEST(InterruptTest, WhatGoesOnIsEnded) {
  EXPECT_EXIT(AskAndGoOn(), ::testing::ExitedWithCode(130), "^the end\n$");
}

[[noreturn]] void AskWithLastWords() {
  InstallSignalHandlers("the end");
  BeginLastWords();
  raise(SIGINT);
  raise(SIGINT);
  WaitForever();
}

TEST(InterruptTest, AProcessThatHasItsLastWordsGetsNoOthers) {
  EXPECT_EXIT(AskWithLastWords(), ::testing::ExitedWithCode(130), "^$");
}

[[noreturn]] void StopOthers() {
  InstallSignalHandlers("the end");
  std::atomic<int> calls{0};
  {
    const OnInterrupt stop([&] { ++calls; });
    if (calls != 0) _exit(1);
    raise(SIGINT);
    while (calls < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const int before = calls;
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  _exit(calls == before ? 0 : 2);
}

TEST(InterruptTest, StopsWhatWaitsAgainAndAgainWhileItLives) {
  EXPECT_EXIT(StopOthers(), ::testing::ExitedWithCode(0), "^$");
}

[[noreturn]] void EndWithATemporaryFile(const std::filesystem::path& folder) {
  InstallSignalHandlers("the end");
  const TemporaryFile temporary = TemporaryFile::Beside(folder / "report.zip");
  static_cast<void>(WriteFile(temporary.path(), std::string_view("half")));
  raise(SIGINT);
  raise(SIGINT);
  WaitForever();
}

TEST(InterruptTest, AnEndAtOnceLeavesNoTemporaryFile) {
  const ScratchFolder scratch;
  EXPECT_EXIT(EndWithATemporaryFile(scratch.path()), ::testing::ExitedWithCode(130), "");
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

[[noreturn]] void HangUpUnderNohup() {
  std::signal(SIGHUP, SIG_IGN);
  InstallSignalHandlers("the end");
  raise(SIGHUP);
  _exit(CheckInterrupted().ok() ? 0 : 1);
}

TEST(InterruptTest, AnIgnoredHangUpStaysIgnored) {
  EXPECT_EXIT(HangUpUnderNohup(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace acc

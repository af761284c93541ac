// SPDX-License-Identifier: BSD-3-Clause
#include "base/last_resort.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <new>
#include <stdexcept>
#include <thread>

#include "base/files.h"
#include "base/scratch_folder_testing.h"
#include "base/temporary_file.h"

namespace acc {
namespace {

template <typename Function>
[[noreturn]] void RunWithLastResort(const Function& function) {
  // Those of a sanitizer that this was built with, which would be left alone.
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT}) std::signal(signal, SIG_DFL);
  InstallLastResort({"no memory", {"odd: ", "!"}, {"crashed: ", "?"}});
  function();
  _exit(0);
}

// Volatile: a compiler may leave an allocation out that nobody looks at.
void* volatile asked_for = nullptr;

void AskForTooMuch() noexcept {
  asked_for = ::operator new(std::numeric_limits<std::size_t>::max() / 2);
}

TEST(LastResortTest, MemoryThatRunsOutWhereNothingMayBeThrownIsTold) {
  EXPECT_EXIT(RunWithLastResort(&AskForTooMuch), ::testing::ExitedWithCode(3), "^no memory\n$");
  const auto in_a_thread = [] { std::thread(&AskForTooMuch).join(); };
  EXPECT_EXIT(RunWithLastResort(in_a_thread), ::testing::ExitedWithCode(3), "^no memory\n$");
}

void Fail() { throw std::runtime_error("why"); }

TEST(LastResortTest, AnotherExceptionIsToldWithItsText) {
  const auto fail = []() noexcept { Fail(); };
  EXPECT_EXIT(RunWithLastResort(fail), ::testing::ExitedWithCode(3), "^odd: why!\n$");
}

TEST(LastResortTest, MemoryThatIsRefusedCanBeCaughtAsEver) {
  const auto recover = [] {
    try {
      asked_for = ::operator new(std::numeric_limits<std::size_t>::max() / 2);
    } catch (const std::bad_alloc&) {
      _exit(7);
    }
  };
  EXPECT_EXIT(RunWithLastResort(recover), ::testing::ExitedWithCode(7), "^$");
}

void Crash(int signal) { raise(signal); }

TEST(LastResortTest, ACrashIsToldWithItsSignalAndTheFileOfTheCode) {
  const auto crash = [] { Crash(SIGSEGV); };
  EXPECT_EXIT(RunWithLastResort(crash), ::testing::ExitedWithCode(3),
              "^crashed: SIGSEGV in [^/]+\\?\n$");
  const auto in_a_thread = [] { std::thread(Crash, SIGBUS).join(); };
  EXPECT_EXIT(RunWithLastResort(in_a_thread), ::testing::ExitedWithCode(3), "^crashed: SIGBUS in ");
  EXPECT_EXIT(RunWithLastResort(&abort), ::testing::ExitedWithCode(3), "^crashed: SIGABRT\\?\n$");
}

// Every call needs its own frame: the product is made when all of them are back.
std::size_t Deeper(std::size_t depth) {
  const volatile std::size_t own = depth;
  return own == 0 ? 1 : own * Deeper(depth + 1);
}

TEST(LastResortTest, AStackThatIsUsedUpIsTold) {
  const auto recurse = [] { asked_for = reinterpret_cast<void*>(Deeper(1)); };
  EXPECT_EXIT(RunWithLastResort(recurse), ::testing::ExitedWithCode(3), "^crashed: SIGSEGV in ");
}

TEST(LastResortTest, ASignalOfSomebodyElseIsLeftToThem) {
  const auto crash = [] {
    std::signal(SIGSEGV, [](int) { _exit(7); });
    InstallLastResort({});
    Crash(SIGSEGV);
  };
  EXPECT_EXIT(crash(), ::testing::ExitedWithCode(7), "^$");
}

TEST(LastResortTest, RemovedItLeavesACrashToItsSignal) {
  const auto crash = [] {
    RemoveLastResort();
    Crash(SIGSEGV);
  };
  EXPECT_EXIT(RunWithLastResort(crash), ::testing::KilledBySignal(SIGSEGV), "");
}

TEST(LastResortTest, NoTemporaryFileIsLeft) {
  const ScratchFolder scratch;
  const auto fail = [&]() noexcept {
    const TemporaryFile temporary = TemporaryFile::Beside(scratch / "report.zip");
    static_cast<void>(WriteFile(temporary.path(), std::string_view("half")));
    Fail();
  };
  EXPECT_EXIT(RunWithLastResort(fail), ::testing::ExitedWithCode(3), "");
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

}  // namespace
}  // namespace acc

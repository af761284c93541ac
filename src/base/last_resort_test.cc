// SPDX-License-Identifier: BSD-3-Clause
#include "base/last_resort.h"

#include <gtest/gtest.h>
#include <unistd.h>

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
  InstallLastResort("no memory", "odd: ", "!");
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

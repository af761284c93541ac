// SPDX-License-Identifier: BSD-3-Clause
#include "base/last_resort.h"

#include <unistd.h>

#include <atomic>
#include <exception>
#include <new>
#include <utility>

#include "base/interrupt.h"
#include "base/temporary_file.h"
#include "base/terminal.h"

namespace acc {
namespace {

constexpr int kCouldNotRun = 3;

std::atomic<bool> memory_was_refused{false};

struct Lines {
  std::string out_of_memory;
  std::string before;
  std::string after;
};

// Never destroyed: threads may fail while the process ends.
Lines& AllLines() {
  static Lines* lines = new Lines;
  return *lines;
}

void OnRefusedMemory() {
  memory_was_refused = true;
  throw std::bad_alloc();
}

// There may be no memory at all: nothing here asks for any.
void SayWhatEndsIt() {
  if (memory_was_refused) return WriteLastLine({AllLines().out_of_memory});
  try {
    if (std::current_exception()) std::rethrow_exception(std::current_exception());
  } catch (const std::exception& exception) {
    return WriteLastLine({AllLines().before, exception.what(), AllLines().after});
  } catch (...) {
    return WriteLastLine({AllLines().before, "an exception of its own kind", AllLines().after});
  }
  WriteLastLine({AllLines().before, "a function broke its promise", AllLines().after});
}

[[noreturn]] void EndProcess() {
  if (TakeLastWords()) SayWhatEndsIt();
  RemoveTemporaryFiles();
  _exit(kCouldNotRun);
}

}  // namespace

void InstallLastResort(std::string out_of_memory, std::string before, std::string after) {
  AllLines() = {std::move(out_of_memory), std::move(before), std::move(after)};
  std::set_new_handler(&OnRefusedMemory);
  std::set_terminate(&EndProcess);
}

}  // namespace acc

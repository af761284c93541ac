// SPDX-License-Identifier: BSD-3-Clause
#include "base/last_resort.h"

#include <dlfcn.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "base/interrupt.h"
#include "base/temporary_file.h"
#include "base/terminal.h"

namespace acc {
namespace {

constexpr int kCouldNotRun = 3;

std::atomic<bool> memory_was_refused{false};

// Never destroyed: threads may fail while the process ends.
LastResortLines& AllLines() {
  static LastResortLines* lines = new LastResortLines;
  return *lines;
}

void OnRefusedMemory() {
  memory_was_refused = true;
  throw std::bad_alloc();
}

// There may be no memory at all: nothing here asks for any.
void SayWhatEndsIt() {
  if (memory_was_refused) return WriteLastLine({AllLines().out_of_memory});
  const Frame& frame = AllLines().exception;
  try {
    if (std::current_exception()) std::rethrow_exception(std::current_exception());
  } catch (const std::exception& exception) {
    return WriteLastLine({frame.before, exception.what(), frame.after});
  } catch (...) {
    return WriteLastLine({frame.before, "an exception of its own kind", frame.after});
  }
  WriteLastLine({frame.before, "a function broke its promise", frame.after});
}

[[noreturn]] void EndProcess() {
  if (TakeLastWords()) SayWhatEndsIt();
  RemoveTemporaryFiles();
  _exit(kCouldNotRun);
}

struct CrashSignal {
  int number;
  std::string_view name;
};
constexpr std::array<CrashSignal, 5> kCrashes = {{{SIGSEGV, "SIGSEGV"},
                                                  {SIGBUS, "SIGBUS"},
                                                  {SIGILL, "SIGILL"},
                                                  {SIGFPE, "SIGFPE"},
                                                  {SIGABRT, "SIGABRT"}}};

std::string_view NameOf(int signal) {
  return std::ranges::find(kCrashes, signal, &CrashSignal::number)->name;
}

const void* InstructionOf(const ucontext_t& context) {
#if defined(__x86_64__)
  return std::bit_cast<const void*>(context.uc_mcontext.gregs[REG_RIP]);
#else
  return std::bit_cast<const void*>(context.uc_mcontext.pc);
#endif
}

// The file of the code that raised it, without its folder. Of an abort that is the C library, which
// says nothing; so it is of an address that no file holds.
std::string_view FileOf(int signal, const ucontext_t& context) {
  Dl_info found{};
  if (signal == SIGABRT || dladdr(InstructionOf(context), &found) == 0) return "";
  const std::string_view path = found.dli_fname == nullptr ? "" : found.dli_fname;
  return path.substr(path.rfind('/') + 1);
}

void OnCrash(int signal, siginfo_t* /*info*/, void* context) {
  if (TakeLastWords()) {
    const std::string_view file = FileOf(signal, *static_cast<const ucontext_t*>(context));
    const Frame& frame = AllLines().crash;
    if (memory_was_refused) {
      WriteLastLine({AllLines().out_of_memory});
    } else {
      WriteLastLine({frame.before, NameOf(signal), file.empty() ? "" : " in ", file, frame.after});
    }
  }
  RemoveTemporaryFiles();
  _exit(kCouldNotRun);
}

// Room for the handler where a recursion has used up the stack of the thread that calls this.
void UseStackForHandlers() {
  static auto* room = new std::array<std::byte, std::size_t{64} * 1024>;
  const stack_t stack{room->data(), 0, room->size()};
  sigaltstack(&stack, nullptr);
}

void HandleCrashes() {
  UseStackForHandlers();
  for (const CrashSignal& crash : kCrashes) {
    struct sigaction found {};
    if (sigaction(crash.number, nullptr, &found) != 0 || found.sa_handler != SIG_DFL) continue;
    struct sigaction action {};
    action.sa_sigaction = &OnCrash;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(crash.number, &action, nullptr);
  }
}

bool IsOurs(int signal) {
  struct sigaction found {};
  return sigaction(signal, nullptr, &found) == 0 && (found.sa_flags & SA_SIGINFO) != 0 &&
         found.sa_sigaction == &OnCrash;
}

}  // namespace

void InstallLastResort(LastResortLines lines) {
  AllLines() = std::move(lines);
  std::set_new_handler(&OnRefusedMemory);
  std::set_terminate(&EndProcess);
  HandleCrashes();
}

void RemoveLastResort() {
  std::set_terminate(&std::abort);
  for (const CrashSignal& crash : kCrashes) {
    if (IsOurs(crash.number)) std::signal(crash.number, SIG_DFL);
  }
}

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
#include "base/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <exception>
#include <mutex>
#include <string>

namespace acc {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";

std::mutex mutex;
std::atomic<bool> bar_is_drawn{false};
std::string& CurrentBar() {
  static std::string bar;
  return bar;
}

// Where stderr is while libraries' lines are held back; guarded by the mutex.
struct HeldBack {
  int users = 0;
  int file = -1;
};
HeldBack held_back;

// Where the user reads.
std::atomic<int> shown{STDERR_FILENO};

// A closed or full stderr must not end the run: what is lost is a message.
void WriteAll(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(shown, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::size_t TerminalWidth() {
  winsize size{};
  if (ioctl(shown, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

void HoldBack() {
  held_back.file = memfd_create("stderr", MFD_CLOEXEC);
  if (held_back.file < 0) return;
  const int terminal = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (terminal < 0) return;
  shown = terminal;
  dup2(held_back.file, STDERR_FILENO);
}

void LetGo() {
  if (shown != STDERR_FILENO) {
    dup2(shown, STDERR_FILENO);
    close(shown.exchange(STDERR_FILENO));
  }
  if (held_back.file >= 0) close(held_back.file);
  held_back = {};
}

}  // namespace

bool StderrIsTerminal() {
  const std::lock_guard lock(mutex);
  return isatty(shown) == 1;
}

void WriteLine(std::string_view line) {
  const std::lock_guard lock(mutex);
  const std::string& bar = CurrentBar();
  std::string text;
  if (!bar.empty()) text += kClearLine;
  text += line;
  text += '\n';
  text += bar;
  WriteAll(text);
}

void WriteLastLine(std::initializer_list<std::string_view> parts) {
  if (bar_is_drawn) WriteAll(kClearLine);
  for (const std::string_view part : parts) WriteAll(part);
  WriteAll("\n");
}

void DrawBar(std::string_view bar) noexcept {
  const std::lock_guard lock(mutex);
  try {
    CurrentBar() = bar.substr(0, TerminalWidth() - 1);
    WriteAll(std::string(kClearLine) + CurrentBar());
  } catch (const std::exception&) {
    CurrentBar().clear();
  }
  bar_is_drawn = !CurrentBar().empty();
}

ForeignStderr::ForeignStderr() {
  const std::lock_guard lock(mutex);
  if (held_back.users++ == 0) HoldBack();
}

ForeignStderr::~ForeignStderr() {
  const std::lock_guard lock(mutex);
  if (--held_back.users == 0) LetGo();
}

std::string ForeignStderr::Take() {
  const std::lock_guard lock(mutex);
  std::string text;
  if (held_back.file < 0) return text;
  std::array<char, 4096> block;
  off_t at = 0;
  for (ssize_t size = 0; (size = pread(held_back.file, block.data(), block.size(), at)) > 0;
       at += size) {
    text.append(block.data(), static_cast<std::size_t>(size));
  }
  // Written by appending would start behind what was taken: the file's end and place go back.
  if (ftruncate(held_back.file, 0) == 0) lseek(held_back.file, 0, SEEK_SET);
  return text;
}

bool ReserveStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The system gives out the lowest number that is free: this one.
    if (open("/dev/null", O_RDWR) != fd) return false;
  }
  return true;
}

}  // namespace acc

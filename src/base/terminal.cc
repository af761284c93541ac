// SPDX-License-Identifier: BSD-3-Clause
#include "base/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <string>

namespace acc {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";

std::mutex mutex;
std::string& CurrentBar() {
  static std::string bar;
  return bar;
}

// A closed or full stderr must not end the run: what is lost is a message.
void WriteAll(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::size_t TerminalWidth() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

bool StderrIsTerminal() { return isatty(STDERR_FILENO) == 1; }

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

void DrawBar(std::string_view bar) {
  const std::lock_guard lock(mutex);
  CurrentBar() = bar.substr(0, TerminalWidth() - 1);
  WriteAll(std::string(kClearLine) + CurrentBar());
}

}  // namespace acc

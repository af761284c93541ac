// SPDX-License-Identifier: BSD-3-Clause
#include "base/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"

namespace acc {
namespace {

constexpr std::chrono::seconds kShortWork{1};

// How many of the equal parts 0..`parts` are reached.
std::size_t PartOf(std::size_t done, std::size_t total, std::size_t parts) {
  return static_cast<std::size_t>(static_cast<double>(done) * static_cast<double>(parts) /
                                  static_cast<double>(total));
}

}  // namespace

Progress::Progress(std::string what, std::size_t total)
    : what_(Printable(what)), total_(what.empty() ? 0 : total), terminal_(StderrIsTerminal()) {
  if (total_ != 0) Draw(0, false);
}

Progress::~Progress() {
  if (total_ != 0 && terminal_) DrawBar("");
}

void Progress::Advance(std::size_t steps) {
  if (total_ == 0 || steps == 0) return;
  const std::size_t before = done_.fetch_add(steps);
  const std::size_t now = std::min(before + steps, total_);
  // A bar moves by thousandths at most: millions of steps must not mean millions of writes.
  const std::size_t parts = terminal_ ? 1000 : 4;
  if (before < total_ && PartOf(before, total_, parts) != PartOf(now, total_, parts)) {
    Draw(now, now == total_);
  }
}

void Progress::Draw(std::size_t done, bool last) {
  const std::size_t percent = PartOf(done, total_, 100);
  if (!terminal_) {
    if (!last && std::chrono::steady_clock::now() - start_ < kShortWork) return;
    LogInfo("{}: {} % ({} of {})", what_, percent, done, total_);
    return;
  }
  constexpr std::size_t kWidth = 30;
  const std::size_t filled = PartOf(done, total_, kWidth);
  DrawBar(fmt::format("{} [{:=<{}}{:{}}] {:3} % {}/{}", what_, "", filled, "", kWidth - filled,
                      percent, done, total_));
  if (last) LogInfo("{}: {} done", what_, total_);
}

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/halving.h"

#include <fmt/format.h>

#include <deque>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/text.h"

namespace acc::target {
namespace {

// Each costs seconds.
constexpr std::size_t kMostAttempts = 24;
// Taps that may fail alone before one was captured.
constexpr std::size_t kLonelyFailures = 2;

using Taps = std::vector<Tap>;

// In the order of the graph: the first half is tried before the second.
void PushHalves(const Taps& taps, std::deque<Taps>& waiting) {
  const auto middle = taps.begin() + static_cast<std::ptrdiff_t>(taps.size() / 2);
  waiting.emplace_front(middle, taps.end());
  waiting.emplace_front(taps.begin(), middle);
}

void LeaveOut(const std::deque<Taps>& groups, const std::string& reason,
              const UnreadableSink& unreadable) {
  for (const Taps& taps : groups) {
    for (const Tap& tap : taps) unreadable(tap.tensor, reason);
  }
}

}  // namespace

Result<Halving> CaptureApart(const std::vector<Tap>& taps, const Attempt& attempt,
                             const UnreadableSink& unreadable) {
  Halving done;
  std::size_t alone = 0;  // Taps that failed by themselves.
  std::deque<Taps> waiting = {taps};
  for (std::size_t attempts = 0; !waiting.empty(); ++attempts) {
    if (attempts == kMostAttempts || (done.shown == 0 && alone == kLonelyFailures)) {
      LeaveOut(waiting, "the simulator failed too often to try it: " + done.reason, unreadable);
      break;
    }
    const Taps group = std::move(waiting.front());
    waiting.pop_front();
    ACC_ASSIGN_OR_RETURN(const ChildEnd end, attempt(group));
    if (end.ok()) {
      done.shown += group.size();
      continue;
    }
    ACC_RETURN_IF_ERROR(CheckInterrupted());
    if (end.status.code() == StatusCode::kInterrupted) return end.status;
    if (done.failures++ == 0) done.reason = end.Reason();
    if (group.size() == 1) {
      ++alone;
      unreadable(group[0].tensor, "not to be had where it is captured: " + end.Reason());
      continue;
    }
    LogInfo("{} with {} tensors captured at once; trying each half of them",
            Printable(end.Reason()), group.size());
    PushHalves(group, waiting);
  }
  return done;
}

}  // namespace acc::target

// SPDX-License-Identifier: BSD-3-Clause
// Captures apart what cannot be captured together.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "target/engine.h"
#include "target/htp/isolated.h"

namespace acc::target {

struct Halving {
  std::size_t shown = 0;     // Taps that were captured.
  std::size_t failures = 0;  // Attempts that did not end well.
  std::string reason;        // Of the first of them.
};

// Captures the taps in one session or more. A failure of it ends everything.
using Attempt = std::function<Result<ChildEnd>(const std::vector<Tap>& taps)>;

// Tries all of `taps` together and, where that does not end well, each half of them by itself. A
// tap that fails alone goes to `unreadable`; so do those that are left after 24 attempts. Gives up,
// with nothing shown, once two taps have failed alone: then it is not what is captured that
// matters.
Result<Halving> CaptureApart(const std::vector<Tap>& taps, const Attempt& attempt,
                             const UnreadableSink& unreadable);

}  // namespace acc::target

// SPDX-License-Identifier: BSD-3-Clause
// Runs an execution in a process of its own: Qualcomm's simulator crashes on some models when
// certain tensors are captured together.
#pragma once

#include <optional>
#include <string_view>

#include "base/status.h"
#include "target/engine.h"
#include "target/execution.h"
#include "target/htp/placement.h"

namespace acc::target {

// As Execute, in a child process that also collects the placement of the nodes. Returns the signal
// that killed the child, or nothing. After a crash, some taps may have been delivered.
Result<std::optional<int>> ExecuteIsolated(const Execution& execution, std::size_t lines,
                                           const InputSource& inputs, const Sink& sink,
                                           const UnreadableSink& unreadable,
                                           std::vector<NotTaken>& not_taken, std::string_view what);

}  // namespace acc::target

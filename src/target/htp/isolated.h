// SPDX-License-Identifier: BSD-3-Clause
// Runs an execution in a process of its own: Qualcomm's simulator crashes on some models when
// certain tensors are captured together.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "target/engine.h"
#include "target/execution.h"
#include "target/htp/session_log.h"

namespace acc::target {

// How the child process ended.
struct ChildEnd {
  std::optional<int> signal;  // That killed it.
  Status status;              // What it reported, where nothing killed it.
  std::string last_words;     // Of an exception that nobody caught; mostly empty.
  SessionLog log;             // Of a session that could not be made.

  bool ok() const { return !signal && status.ok(); }
  // Why it did not end well, in one sentence.
  std::string Reason() const;
};

// Gets what each session says, before the values that come from it. A failure ends the execution.
using SessionSink = std::function<Status(const SessionLog& log)>;
// What computed a tap's tensor, in the session that was made last.
using ProcessorOf = std::function<Processor(const Tap& tap)>;

// As Execute, in a child process. Fails where the parent's part does: for want of a process, from
// `session` or from `sink`. After a child that did not end well, some taps may have been delivered.
Result<ChildEnd> ExecuteIsolated(const Execution& execution, std::size_t lines,
                                 const InputSource& inputs, const Sink& sink,
                                 const UnreadableSink& unreadable, const SessionSink& session,
                                 const ProcessorOf& processor_of, std::string_view what);

}  // namespace acc::target

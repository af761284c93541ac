// SPDX-License-Identifier: BSD-3-Clause
// How a run ends before its end. The first SIGINT, SIGTERM or SIGHUP asks it to: CheckInterrupted()
// tells so from then on, and work of others that waits is stopped by an OnInterrupt. What goes on
// for kGrace after that, and a second signal, end the process at once: its temporary files are
// removed, one line is printed, and the exit code is 130.
#pragma once

#include <functional>
#include <string>

#include "base/status.h"

namespace acc {

// Installs the handlers; `last_words` is the line that an end at once prints. To a pipe that nobody
// reads, and beyond the largest size of a file (ulimit -f), a write fails from then on as it does
// on a full disk. A SIGHUP that the caller ignores (nohup) stays ignored.
void InstallSignalHandlers(std::string last_words);

// Interrupted() once the run is asked to end; long loops return it between two steps.
Status CheckInterrupted();

// For who ends the process at once: true where the last line is for them to print.
bool TakeLastWords();

// Before the process prints a last line of its own: of an end at once there is none any more. Does
// not return where that end has begun.
void BeginLastWords();

// Stops what knows no CheckInterrupted(): a runtime in the middle of a model.
class OnInterrupt {
 public:
  // While it lives and the run is asked to end, `stop` is called again and again, from another
  // thread: a runtime that is about to start may miss the first call. It must not wait for
  // anything, nor throw.
  explicit OnInterrupt(std::function<void()> stop);
  OnInterrupt(const OnInterrupt&) = delete;
  OnInterrupt& operator=(const OnInterrupt&) = delete;
  // After it, `stop` is not running and never will.
  ~OnInterrupt();

 private:
  std::function<void()> stop_;
};

}  // namespace acc

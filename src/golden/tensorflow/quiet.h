// SPDX-License-Identifier: BSD-3-Clause
// Keeps a library's own lines off the user's stderr.
#pragma once

#include "base/terminal.h"

namespace acc::golden::tensorflow {

// As long as it lives, what a library writes to stderr is held back; then it goes to the log, on
// the level of details.
class StderrToLog {
 public:
  StderrToLog() = default;
  StderrToLog(const StderrToLog&) = delete;
  StderrToLog& operator=(const StderrToLog&) = delete;
  ~StderrToLog();

 private:
  ForeignStderr held_back_;
};

}  // namespace acc::golden::tensorflow

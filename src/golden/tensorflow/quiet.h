// SPDX-License-Identifier: BSD-3-Clause
// Keeps a library's own lines off the user's stderr.
#pragma once

namespace acc::golden::tensorflow {

// As long as it lives, what anybody writes to stderr is held back; then it goes to the log, on the
// level of details. For steps in which no other thread has something to say.
class StderrToLog {
 public:
  StderrToLog();
  StderrToLog(const StderrToLog&) = delete;
  StderrToLog& operator=(const StderrToLog&) = delete;
  ~StderrToLog();

 private:
  int terminal_ = -1;
  int held_back_ = -1;
};

}  // namespace acc::golden::tensorflow

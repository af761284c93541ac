// SPDX-License-Identifier: BSD-3-Clause
// A progress bar on stderr when it is a terminal. Plain lines otherwise: one at the end, and for
// work that takes longer than a second also at 25, 50 and 75 %.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>

namespace acc {

class Progress {
 public:
  // `what` such as "capture"; `total` steps. Draws nothing for a total of 0,
  // nor without a name: for work that is a step of other work.
  Progress(std::string what, std::size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Thread-safe.
  void Advance(std::size_t steps = 1);

 private:
  void Draw(std::size_t done, bool last);

  std::string what_;
  std::size_t total_;
  std::atomic<std::size_t> done_{0};
  bool terminal_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace acc

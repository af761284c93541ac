// SPDX-License-Identifier: BSD-3-Clause
// The mark of a run in the making: a file in its folder, there until the run is whole. The process
// that writes the run holds a lock on it, which the system takes away when the process ends in any
// way: a mark without a lock is of a run that failed, was interrupted or was killed. An empty file
// is no mark: a process that was killed had claimed the folder and changed nothing in it.
#pragma once

#include <filesystem>

#include "base/status.h"

namespace acc::store {

inline constexpr const char* kRunMark = ".unfinished_run";

class RunMark {
 public:
  RunMark() = default;
  // Takes the lock of `folder`, which exists. Fails where another process holds it: of two runs at
  // once in one folder, one wins.
  static Result<RunMark> Claim(const std::filesystem::path& folder);
  // From now on what is in the folder is of a run in the making.
  Status Set() const;
  // Both.
  static Result<RunMark> Take(const std::filesystem::path& folder);

  RunMark(RunMark&& other) noexcept;
  RunMark& operator=(RunMark&& other) noexcept;
  RunMark(const RunMark&) = delete;
  RunMark& operator=(const RunMark&) = delete;
  // Gives the lock back; the mark stays unless Remove() was called.
  ~RunMark();

  // Whether an earlier run left its mark.
  bool was_there() const { return was_there_; }
  void Remove();

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  bool was_there_ = false;
};

// Fails where `results` (a run, or a Result_N within one) are of a run that is not whole, and says
// what to do.
Status CheckWhole(const std::filesystem::path& results);

}  // namespace acc::store

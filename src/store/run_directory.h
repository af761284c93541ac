// SPDX-License-Identifier: BSD-3-Clause
// The folder of one run: <working_dir>/<feature>/<YYYY-MM-DD_HH-MM-SS>, and the link `latest`
// beside it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/status.h"

namespace acc::store {

struct RunDirectoryOptions {
  std::filesystem::path working_dir;  // Created where it does not exist.
  std::string feature;         // "framework_runner", "inference_engine", "verification", "wrapper".
  std::string output_dirname;  // Instead of the time of day; empty for the latter.
  bool link_latest = true;     // False for "wrapper".
};

// An interrupted or failed run (one that was not finished) never becomes `latest`.
class RunDirectory {
 public:
  // Two runs within one second get different folders ("…_17-07-58", "…_17-07-58_1"). A folder named
  // by output_dirname that exists and holds files of an earlier run is emptied of exactly what that
  // run's tensors.json and options file list, never of anything else.
  static Result<RunDirectory> Create(const RunDirectoryOptions& options);

  const std::filesystem::path& path() const { return path_; }

  // Points `latest` (a relative symbolic link, replaced atomically) at this run.
  Status Finish();

 private:
  std::filesystem::path path_;
  bool link_latest_ = true;
};

}  // namespace acc::store

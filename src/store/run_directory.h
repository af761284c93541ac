// SPDX-License-Identifier: BSD-3-Clause
// The folder of one run: <working_dir>/<feature>/<YYYY-MM-DD_HH-MM-SS>, and the link `latest`
// beside it.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "base/status.h"
#include "store/run_mark.h"

namespace acc::store {

struct RunDirectoryOptions {
  std::filesystem::path working_dir;  // Created where it does not exist.
  std::string feature;         // "framework_runner", "inference_engine", "verification", "wrapper".
  std::string output_dirname;  // Instead of the time of day; empty for the latter.
  bool link_latest = true;     // False for "wrapper".
};

// An interrupted or failed run (one that was not finished) stays for diagnosis, keeps its mark (see
// store/run_mark.h) and never becomes `latest`.
class RunDirectory {
 public:
  // Two runs within one second get different folders ("…_17-07-58", "…_17-07-58_1").
  //
  // A folder named by output_dirname leaves a list of its run's files behind, in ".run_files.json"
  // within, when the run ends in any way but a kill. A later run of that name removes exactly the
  // files of that list, so that no tensor of an old run is mixed with new ones, and takes `latest`
  // away where it points there. What a killed run left, without such a list, is kept beside it as
  // "<name>_unfinished_<number>", and a warning says so. Usage errors: a name that is no single
  // folder name, one that is a file, and a folder that somebody else made. Of two runs of one name
  // at once, the second fails.
  static Result<RunDirectory> Create(const RunDirectoryOptions& options);

  RunDirectory(RunDirectory&& other) noexcept;
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;
  ~RunDirectory();

  const std::filesystem::path& path() const { return path_; }

  // Takes the mark away and points `latest` (a relative symbolic link, replaced atomically) at this
  // run. On a file system without symbolic links it warns instead.
  Status Finish();

  // Links the entries of the latest run from beside it: <feature>/<entry> -> latest/<entry>. Links
  // of earlier runs go; anything else of such a name stays.
  Status LinkEntries() const;

 private:
  RunDirectory() = default;
  Status WriteFileList() const;

  std::filesystem::path path_;
  bool link_latest_ = true;
  bool is_named_ = false;                // By output_dirname.
  std::set<std::string> foreign_files_;  // In the folder, but of no run.
  RunMark mark_;
};

}  // namespace acc::store

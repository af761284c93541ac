// SPDX-License-Identifier: BSD-3-Clause
// Finds the run that a user means by a directory a level above or below it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"

namespace acc::features {

struct RunFolder {
  std::filesystem::path directory;
  // Empty, or the runs below a directory that holds several: it is then no run itself.
  std::vector<std::filesystem::path> choices;
};

// What `given` stands for: itself where it holds tensors, or the only run below it, which the log
// then names. Runs are directories with tensors.json or called Result_<number>; links are not
// followed. Fails, with the path of the run, for a directory inside a run. A directory that is
// missing or holds no run is returned as it is.
Result<RunFolder> FindRunFolder(const std::filesystem::path& given);

struct RunFolders {
  std::filesystem::path golden;
  std::filesystem::path target;
};

// Both sides of a comparison. Fails where one of them holds several runs, unless both hold runs of
// the same names: these compare as one.
Result<RunFolders> FindRunFolders(const std::filesystem::path& golden,
                                  const std::filesystem::path& target);

// A path of the command line: as it is, or else relative to the working directory.
std::filesystem::path Resolved(const std::filesystem::path& path,
                               const std::filesystem::path& working_dir);

}  // namespace acc::features

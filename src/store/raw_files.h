// SPDX-License-Identifier: BSD-3-Clause
// The .raw files of a directory, listed or not.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "store/manifest.h"

namespace acc::store {

// Those below `run`, relative to it with "/", sorted. Folders behind symbolic links are not
// entered.
Result<std::vector<std::string>> FindRawFiles(const std::filesystem::path& run);

// Of a run that has a tensors.json, which `manifest` is: the .raw files that it does not name, and
// that nobody compares. Empty for a run without one.
Result<std::vector<std::string>> UnlistedRawFiles(const std::filesystem::path& run,
                                                  const Manifest& manifest);

}  // namespace acc::store

// SPDX-License-Identifier: BSD-3-Clause
// A folder of the process's own, in memory where the system has such a place; it goes at the end.
#pragma once

#include <filesystem>

#include "base/scratch_folder_testing.h"

namespace acc::fuzz {

inline const std::filesystem::path& Folder() {
  static const ScratchFolder folder(std::filesystem::is_directory("/dev/shm")
                                        ? std::filesystem::path("/dev/shm")
                                        : std::filesystem::temp_directory_path());
  return folder.path();
}

}  // namespace acc::fuzz

// SPDX-License-Identifier: BSD-3-Clause
// What every feature is asked. The fields of all options carry the names of their flags, so that
// <feature>_options.json and the documentation agree with them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flags/flag.h"

namespace acc::features {

// Where options come from, for reproduction.
struct Origin {
  flags::Given given;
  std::vector<std::string> command;  // The words of the command line.
  std::string version;               // Of the program.
};

struct CommonOptions {
  std::filesystem::path working_dir = "working_directory";
  std::string output_dirname;  // Empty: the time of day.
  bool verbose = false;
  Origin origin;
};

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
// What a finished feature tells the command line.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace acc::features {

struct Outcome {
  std::filesystem::path directory;         // The run it made; empty where it makes none.
  bool thresholds_met = true;              // False: exit code 1.
  std::vector<std::string> statements;     // store::Manifest::statements of the run, for stdout.
  std::vector<std::string> summary_lines;  // For stdout, after the statements.
};

}  // namespace acc::features

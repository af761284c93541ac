// SPDX-License-Identifier: BSD-3-Clause
// "snpe-accuracy-debugger model.onnx": a command line that begins with a model instead of a flag.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/status.h"

namespace acc::cli {

// Whether the first word is a value, and neither help nor the version is asked for. Such a line is
// one of an end-to-end run.
bool IsShorthand(std::span<const std::string> words);

struct FullCommand {
  std::vector<std::string> words;       // As ParseCommandLine takes them.
  std::vector<std::string> statements;  // As those of features::CompletedRun.
  std::string hint;
};

// Fails as GivenInWords and features::CompleteRun do; a usage error where --model_path is given
// besides.
Result<FullCommand> FullCommandOf(std::span<const std::string> words);

// The program's name and the words, quoted for a shell where they need it.
std::string CommandText(std::span<const std::string> words);

}  // namespace acc::cli

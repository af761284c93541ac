// SPDX-License-Identifier: BSD-3-Clause
// What --help prints, from the tables of flags, features, verifiers, frameworks and runtimes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "features/features.h"
#include "flags/flag.h"

namespace acc::cli {

inline constexpr std::string_view kProgram = "snpe-accuracy-debugger";
inline constexpr std::string_view kPurpose =
    "Finds the layer that makes a quantized model wrong on Qualcomm targets: runs the model in its "
    "own framework (golden), runs it as the target would, and compares every tensor in between.";

struct ExitCodeInfo {
  int code;
  std::string_view meaning;
};
std::span<const ExitCodeInfo> ExitCodes();

// The help of one feature; that of the end-to-end run also introduces the others. No line has more
// than 100 columns.
std::string HelpText(const features::Feature& feature);

// "-f, --framework FRAMEWORK [VERSION]", with aliases.
std::string Signature(const flags::Flag& flag);

// The flag's sentence with its choices and its default behind.
std::string FullHelp(const flags::Flag& flag);

// A command of the feature, with one flag on each continued line.
std::string ExampleCommand(const features::Feature& feature);

}  // namespace acc::cli

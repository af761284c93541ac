// SPDX-License-Identifier: BSD-3-Clause
// From the words of the command line to the options of one feature.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"
#include "cli/flags/flag.h"
#include "features/options.h"

namespace acc::cli {

struct HelpRequest {
  Feature feature = Feature::kEndToEnd;
};
struct VersionRequest {
  bool libraries = false;  // And the libraries that it runs: --version --verbose.
};

using Request = std::variant<HelpRequest, VersionRequest, features::FrameworkRunnerOptions,
                             features::InferenceEngineOptions, features::VerificationOptions,
                             features::TensorInspectionOptions, features::CompareEncodingsOptions,
                             features::DlcInfoOptions, features::QuantCheckerOptions,
                             features::EndToEndOptions>;

struct CommandLine {
  Request request;
  std::vector<std::string> warnings;
};

// `words` are those after the program's name. Fails with a usage error, or with the failure to read
// the file of --args_config. No other file is looked at: a missing one is for the feature to tell.
// In the end-to-end run each feature's own options carry what it shares with the others.
Result<CommandLine> ParseCommandLine(std::span<const std::string> words);

}  // namespace acc::cli

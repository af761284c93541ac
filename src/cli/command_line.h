// SPDX-License-Identifier: BSD-3-Clause
// From the words of the command line to the request of one feature.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"
#include "features/features.h"

namespace acc::cli {

struct HelpRequest {
  const features::Feature* feature = nullptr;
};
struct VersionRequest {
  bool libraries = false;  // And the libraries that it runs: --version --verbose.
};
struct FeatureRequest {
  const features::Feature* feature = nullptr;
  std::unique_ptr<features::Request> options;
};

using Request = std::variant<HelpRequest, VersionRequest, FeatureRequest>;

struct CommandLine {
  Request request;
  std::vector<std::string> warnings;
};

// `words` are those after the program's name. Fails with a usage error, or with the failure to read
// the file of --args_config. No other file is looked at: a missing one is for the feature to tell.
Result<CommandLine> ParseCommandLine(std::span<const std::string> words);

}  // namespace acc::cli

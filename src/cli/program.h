// SPDX-License-Identifier: BSD-3-Clause
// The whole program behind main: parse, run one feature, print, exit code.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

#include "base/status.h"
#include "features/features.h"

namespace acc::cli {

// The functions that carry the features out.
struct FeatureCalls {
  Result<features::Outcome> (*framework_runner)(const features::FrameworkRunnerOptions&);
  Result<features::Outcome> (*inference_engine)(const features::InferenceEngineOptions&);
  Result<features::Outcome> (*verification)(const features::VerificationOptions&);
  Result<features::Outcome> (*end_to_end)(const features::EndToEndOptions&);
};

// The features of this build.
FeatureCalls BuiltinFeatureCalls();

// Runs what `words` (those after the program's name) ask for. The summary goes to `out`, a failure
// once to `err`. Returns the exit code of ExitCodes() in cli/help.h.
int RunProgram(std::span<const std::string> words, const FeatureCalls& calls, std::ostream& out,
               std::ostream& err);

}  // namespace acc::cli

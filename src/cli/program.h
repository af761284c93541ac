// SPDX-License-Identifier: BSD-3-Clause
// The whole program behind main: parse, run one feature, print, exit code.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "features/features.h"

namespace acc::cli {

// Carries out the request of a feature.
using Runner = Result<features::Outcome> (*)(const features::Feature&, const features::Request&);
Result<features::Outcome> RunRequest(const features::Feature& feature,
                                     const features::Request& request);

// The failure that a lack of memory is.
Status OutOfMemory();
// The failure that a crash is: "SIGSEGV in libx.so", of a library as a rule.
Status Crashed(std::string_view where);
// The failure that an exception with that text is, which nobody expected.
Status Unexpected(std::string_view text);

// The line on standard error that tells of a failure, without the end of the line.
std::string FailureLine(const Status& failure);

// Runs what `words` (those after the program's name) ask for. The summary goes to `out`, a failure
// once to `err`. Returns the exit code of ExitCodes() in cli/help.h.
int RunProgram(std::span<const std::string> words, std::ostream& out, std::ostream& err,
               Runner run = &RunRequest);

}  // namespace acc::cli

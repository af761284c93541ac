// SPDX-License-Identifier: BSD-3-Clause
// The whole program behind main: parse, run one feature, print, exit code.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "base/status.h"
#include "features/features.h"

namespace acc::cli {

// The functions that carry the features out, each found by the options it takes.
template <typename Options>
using Call = Result<features::Outcome> (*)(const Options&);
using FeatureCalls =
    std::tuple<Call<features::FrameworkRunnerOptions>, Call<features::InferenceEngineOptions>,
               Call<features::VerificationOptions>, Call<features::TensorInspectionOptions>,
               Call<features::CompareEncodingsOptions>, Call<features::DlcInfoOptions>,
               Call<features::QuantCheckerOptions>, Call<features::EndToEndOptions>>;

// The features of this build.
FeatureCalls BuiltinFeatureCalls();

// The failure that a lack of memory is.
Status OutOfMemory();
// The failure that an exception with that text is, which nobody expected.
Status Unexpected(std::string_view text);

// The line on standard error that tells of a failure, without the end of the line.
std::string FailureLine(const Status& failure);

// Runs what `words` (those after the program's name) ask for. The summary goes to `out`, a failure
// once to `err`. Returns the exit code of ExitCodes() in cli/help.h.
int RunProgram(std::span<const std::string> words, const FeatureCalls& calls, std::ostream& out,
               std::ostream& err);

}  // namespace acc::cli

// SPDX-License-Identifier: BSD-3-Clause
// The features of the program: each a short composition of the stages.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/options.h"

namespace acc::features {

// What a finished feature tells the command line.
struct Outcome {
  std::filesystem::path directory;         // The run it made; empty where it makes none.
  bool thresholds_met = true;              // False: exit code 1.
  std::vector<std::string> statements;     // store::Manifest::statements of the run, for stdout.
  std::vector<std::string> summary_lines;  // For stdout, after the statements.
};

Result<Outcome> RunFrameworkRunner(const FrameworkRunnerOptions& options);
Result<Outcome> RunInferenceEngine(const InferenceEngineOptions& options);
Result<Outcome> RunVerification(const VerificationOptions& options);
Result<Outcome> RunTensorInspection(const TensorInspectionOptions& options);
Result<Outcome> RunCompareEncodings(const CompareEncodingsOptions& options);
Result<Outcome> RunDlcInfo(const DlcInfoOptions& options);
// With a folder of models, one that fails does not stop the others, and the failure names it.
Result<Outcome> RunQuantChecker(const QuantCheckerOptions& options);
Result<Outcome> RunEndToEnd(const EndToEndOptions& options);

}  // namespace acc::features

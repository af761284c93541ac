// SPDX-License-Identifier: BSD-3-Clause
// What can be judged of the options before anything runs: that every file they name is there and,
// where it is text, reads; that the runtime, the architecture and the precision go together.
#pragma once

#include "base/status.h"
#include "features/options.h"

namespace acc::features {

Status CheckFrameworkRunner(const FrameworkRunnerOptions& options);
Status CheckInferenceEngine(const InferenceEngineOptions& options);
Status CheckQuantChecker(const QuantCheckerOptions& options);
// Of the flags that the end-to-end run shares with verification. The two runs are not there yet.
Status CheckVerification(const VerificationOptions& options);

}  // namespace acc::features

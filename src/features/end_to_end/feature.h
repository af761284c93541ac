// SPDX-License-Identifier: BSD-3-Clause
// Golden run, target run and verification, one after the other.
#pragma once

#include "base/status.h"
#include "features/framework_runner/feature.h"
#include "features/inference_engine/feature.h"
#include "features/shared/feature.h"
#include "features/verification/feature.h"

namespace acc::features {

// `verification.golden_output_reference_directory` set: no golden run.
struct EndToEndOptions {
  CommonOptions common;
  FrameworkRunnerOptions framework_runner;
  InferenceEngineOptions inference_engine;
  VerificationOptions verification;
  bool dissects = false;  // --deep_analyzer modelDissectionAnalyzer
};

Result<Outcome> RunEndToEnd(const EndToEndOptions& options);

const Feature& EndToEnd();

}  // namespace acc::features

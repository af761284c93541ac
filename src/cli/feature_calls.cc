// SPDX-License-Identifier: BSD-3-Clause
#include "cli/program.h"

namespace acc::cli {

FeatureCalls BuiltinFeatureCalls() {
  return {
      .framework_runner = &features::RunFrameworkRunner,
      .inference_engine = &features::RunInferenceEngine,
      .verification = &features::RunVerification,
      .end_to_end = &features::RunEndToEnd,
  };
}

}  // namespace acc::cli

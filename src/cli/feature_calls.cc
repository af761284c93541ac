// SPDX-License-Identifier: BSD-3-Clause
#include "cli/program.h"

namespace acc::cli {

FeatureCalls BuiltinFeatureCalls() {
  return {&features::RunFrameworkRunner,  &features::RunInferenceEngine,
          &features::RunVerification,     &features::RunTensorInspection,
          &features::RunCompareEncodings, &features::RunDlcInfo,
          &features::RunQuantChecker,     &features::RunEndToEnd};
}

}  // namespace acc::cli

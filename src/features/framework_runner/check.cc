// SPDX-License-Identifier: BSD-3-Clause
#include "features/framework_runner/check.h"

#include "features/shared/early_checks.h"
#include "golden/framework.h"

namespace acc::features {

Status CheckFrameworkRunner(const FrameworkRunnerOptions& options) {
  ACC_RETURN_IF_ERROR(golden::FindFramework(options.model.framework).status());
  ACC_RETURN_IF_ERROR(CheckModel(options.model));
  return CheckReadable("onnx_custom_op_lib", options.onnx_custom_op_lib);
}

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
// What can be judged of the options before anything runs.
#pragma once

#include "base/status.h"
#include "features/framework_runner/feature.h"

namespace acc::features {

// The framework, the model, its inputs, the library of custom operators.
Status CheckFrameworkRunner(const FrameworkRunnerOptions& options);

}  // namespace acc::features

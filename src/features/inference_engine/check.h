// SPDX-License-Identifier: BSD-3-Clause
// What can be judged of the options before anything runs.
#pragma once

#include "base/status.h"
#include "features/inference_engine/feature.h"

namespace acc::features {

// That every file is there, and that runtime, architecture and precision go together.
Status CheckInferenceEngine(const InferenceEngineOptions& options);

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
// A comparison that shows more of each pair: plots, channels, elements.
#pragma once

#include "base/status.h"
#include "features/comparison/options.h"
#include "features/shared/feature.h"

namespace acc::features {

struct TensorInspectionOptions : ComparisonOptions {};

Result<Outcome> RunTensorInspection(const TensorInspectionOptions& options);

const Feature& TensorInspection();

}  // namespace acc::features

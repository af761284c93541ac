// SPDX-License-Identifier: BSD-3-Clause
// The comparison of two runs, without its reports.
#pragma once

#include <vector>

#include "base/status.h"
#include "features/comparison/options.h"
#include "features/comparison/plan.h"
#include "features/comparison/sources.h"
#include "features/comparison/tensor_inspector.h"
#include "report/summary.h"

namespace acc::features {

// Reads, matches and compares the runs that `options` names. `inspector`, if given, watches every
// pair; its Finish() is left to the caller. `graph_flags`: see VerificationSources.
Result<report::Summary> CompareRuns(const ComparisonOptions& options,
                                    std::vector<PlannedColumn> columns, TensorInspector* inspector,
                                    const GraphFlags& graph_flags);

}  // namespace acc::features

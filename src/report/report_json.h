// SPDX-License-Identifier: BSD-3-Clause
// What report.html draws: the content of summary.json, and beyond it the graphs, what depth
// explains, and the details of every tensor.
#pragma once

#include "base/json.h"
#include "report/depth_growth.h"
#include "report/summary.h"

namespace acc::report {

// `json` is that of SummaryJson(); the members added to it:
//   details       of each row: statistics, encoding, clipping, worst elements, histograms on common
//                 bins, worst channels, axis order, notes of verifiers, whether it is an output,
//                 whether golden and target are equal
//   target_graph, golden_graph   {"nodes": [{"name", "type", "outputs", "inputs", "rows",
//                 "absence"}]} or null
//   growth        {"depth": of each row, "first_db": null without a model, "counted"}
//   command, golden_command   words of command lines
Json ReportJson(Json json, const Summary& summary, const DepthGrowth& growth);

}  // namespace acc::report

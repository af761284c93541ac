// SPDX-License-Identifier: BSD-3-Clause
// summary.html and summary.csv: one row per tensor, all verifiers.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "report/findings.h"
#include "report/summary.h"

namespace acc::report {

// The findings are part of the page itself; chart and table are made by summary.js from `json`
// (report/summary_json.h), which is embedded. `pages` as there.
std::string SummaryHtml(const Summary& summary, const Findings& findings,
                        const std::vector<std::string>& pages, const Json& json);

// The contract's columns (Name, Layer Type, Size, Tensor_dims, a column per verifier, golden_min,
// golden_max, target_min, target_max), then ours: verdict, matched_by, note.
std::string SummaryCsv(const Summary& summary);

// The tensors of either run that have no twin: run, name, reason.
std::string UnmatchedCsv(const Summary& summary);

}  // namespace acc::report

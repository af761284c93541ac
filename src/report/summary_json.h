// SPDX-License-Identifier: BSD-3-Clause
// summary.json: everything the summary shows, for other programs and for judging again with other
// thresholds. Numbers that are NaN or infinite are null.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "report/findings.h"
#include "report/summary.h"

namespace acc::report {

// `pages[i]` is the path of row i's pages below a column's folder, without extension. Names are
// made printable.
Json SummaryJson(const Summary& summary, const Findings& findings,
                 const std::vector<std::string>& pages);

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
// report.html: the whole run on one page. The graph coloured by score, the score along depth, the
// table of tensors and all that is known of the selected one.
#pragma once

#include <string>

#include "base/json.h"
#include "report/findings.h"
#include "report/summary.h"

namespace acc::report {

// `json` is that of ReportJson(); the page carries it and needs nothing but report_assets/.
std::string ReportHtml(const Summary& summary, const Findings& findings, const Json& json);

}  // namespace acc::report

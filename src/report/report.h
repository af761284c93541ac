// SPDX-License-Identifier: BSD-3-Clause
// Writes all reports of a verification run.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "report/findings.h"
#include "report/summary.h"

namespace acc::report {

// report_assets/ below `directory`.
Status WriteAssets(const std::filesystem::path& directory);

// report.html, summary.html, summary.csv, summary.json, node_data.json, unmatched.csv (where a
// tensor has no twin), the pages <column>/<tensor path>.csv and .html, and report_assets/, all
// below `directory`. Fails with the first file that cannot be written.
Status WriteReport(const std::filesystem::path& directory, const Summary& summary,
                   const Findings& findings);

}  // namespace acc::report

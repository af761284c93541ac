// SPDX-License-Identifier: BSD-3-Clause
// What the compared runs state of themselves, and why thresholds are not met, as every page shows
// it.
#pragma once

#include <string>

#include "report/summary.h"

namespace acc::report {

// A list with an item for each statement, in their order; empty where the runs state nothing.
std::string StatementsHtml(const Summary& summary);

// The same of Summary::gate.
std::string GateHtml(const Summary& summary);

}  // namespace acc::report

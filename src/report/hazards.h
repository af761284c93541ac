// SPDX-License-Identifier: BSD-3-Clause
// What the target is known to get wrong, with the evidence of this run.
#pragma once

#include <string>
#include <vector>

#include "store/hazards.h"

namespace acc::report {

// Whether the layer alone differs from the host, with the same codes, by less than 40 dB.
bool IsProven(const store::HazardRecord& hazard);

// "alone it has 3.7 dB, and 3.8 dB against the host with the same codes: it is wrong here", …
std::string EvidenceText(const store::HazardRecord& hazard);

// For the terminal: "Softmax 'n' reads …: alone it has …".
std::string HazardLine(const store::HazardRecord& hazard);

// All of them as a table with the id "hazards", what is proven first; empty where there are none.
std::string HazardsHtml(const std::vector<store::HazardRecord>& hazards);

}  // namespace acc::report

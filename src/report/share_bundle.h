// SPDX-License-Identifier: BSD-3-Clause
// One file to hand to others: the reports of an anonymous summary.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "report/summary.h"

namespace acc::report {

// Packs what WriteReport() makes of `anonymous` (see report/anonymous.h) into a ZIP archive, in a
// folder called like the file. Nothing but that summary goes into it. `scratch`, a folder that does
// not exist yet, holds the reports meanwhile. The file appears complete or not at all, and replaces
// an older one; the same summary gives the same bytes.
Status WriteShareBundle(const std::filesystem::path& file, const Summary& anonymous,
                        const std::filesystem::path& scratch);

}  // namespace acc::report

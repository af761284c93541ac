// SPDX-License-Identifier: BSD-3-Clause
// --share: the bundle of a verification that can be handed to others.
#pragma once

#include <filesystem>
#include <string>

#include "base/status.h"
#include "features/verification/feature.h"
#include "report/summary.h"

namespace acc::features {

// Whether the bundle can be written, before the work starts. Usage errors: its folder does not
// exist, it is a folder, --share_hash_names stands alone.
Status CheckShare(const VerificationOptions& options);

// Writes the bundle; a line that says so for the user. `run` is the folder of the verification.
Result<std::string> Share(const VerificationOptions& options, const report::Summary& summary,
                          const std::filesystem::path& run);

}  // namespace acc::features

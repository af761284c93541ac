// SPDX-License-Identifier: BSD-3-Clause
// The DLC files of an inference engine's run.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "features/shared/common_options.h"
#include "features/target_run/target_run.h"

namespace acc::features {

// Writes <run>/base.dlc, the converted graph in float, and <run>/base_quantized.dlc where the model
// is quantized. Their metadata say by which command and version they were made. What no DLC can
// hold (tensors without static dims, more than 2 GiB of weights), and a file that cannot be
// written, is a warning with the reason: the run goes on without the file.
void WriteDlcFiles(const TargetModel& model, const CommonOptions& options,
                   const std::filesystem::path& run);

}  // namespace acc::features

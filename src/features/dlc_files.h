// SPDX-License-Identifier: BSD-3-Clause
// The DLC files of an inference engine's run.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "features/options.h"
#include "features/target_run.h"

namespace acc::features {

// Writes <run>/base.dlc, the converted graph in float, and <run>/base_quantized.dlc where the model
// is quantized. Their metadata say by which command and version they were made. A graph that no DLC
// can hold, such as one whose tensors have no static dims, is a warning: the run goes on without
// the file. Fails where a file cannot be written.
Status WriteDlcFiles(const TargetModel& model, const CommonOptions& options,
                     const std::filesystem::path& run);

}  // namespace acc::features

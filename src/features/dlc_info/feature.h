// SPDX-License-Identifier: BSD-3-Clause
// Prints what a DLC holds.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "features/shared/feature.h"

namespace acc::features {

// The only feature without a directory of its own.
struct DlcInfoOptions {
  CommonOptions common;
  std::filesystem::path dlc_info;
  bool json = false;
};

Result<Outcome> RunDlcInfo(const DlcInfoOptions& options);

const Feature& DlcInfo();

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
// What can be judged of the options before anything runs.
#pragma once

#include "base/status.h"
#include "features/verification/feature.h"

namespace acc::features {

// Of the flags that the end-to-end run shares with verification. The two runs are not there yet.
Status CheckVerification(const VerificationOptions& options);

}  // namespace acc::features

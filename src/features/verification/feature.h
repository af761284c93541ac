// SPDX-License-Identifier: BSD-3-Clause
// Compares the golden tensors with the target's and reports where they part.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "features/comparison/options.h"
#include "features/shared/feature.h"
#include "flags/rows.h"

namespace acc::features {

struct VerificationOptions : ComparisonOptions {
  bool enable_tensor_inspection = false;  // The end-to-end run's.
  std::filesystem::path share;            // The bundle to write; empty for none.
  bool share_hash_names = false;          // Names in the bundle are hashes.
};

flags::Rows<VerificationOptions> VerificationRows();

// What can be judged before the two runs are there, of the flags that the end-to-end run shares.
Status CheckVerification(const VerificationOptions& options);
Result<Outcome> RunVerification(const VerificationOptions& options);

const Feature& Verification();

}  // namespace acc::features

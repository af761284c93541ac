// SPDX-License-Identifier: BSD-3-Clause
// The flags of a comparison.
#pragma once

#include "base/status.h"
#include "features/comparison/options.h"
#include "flags/flag.h"
#include "flags/rows.h"

namespace acc::features {

inline constexpr flags::Section kMapping = {
    .heading = "Arguments for generating Tensor mapping (where --tensor_mapping is not specified)"};

flags::Rows<ComparisonOptions> ComparisonRows();

// The words of each verifier; a usage error for those that make no sense.
Status SetVerifiers(const flags::Flag& flag, const flags::Occurrences& given,
                    ComparisonOptions& options);

}  // namespace acc::features

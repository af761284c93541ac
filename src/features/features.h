// SPDX-License-Identifier: BSD-3-Clause
// The features of the program: each a short composition of the stages.
#pragma once

#include <span>

#include "features/shared/feature.h"

namespace acc::features {

// The end-to-end run, which is what runs without the flag of a feature, comes last.
std::span<const Feature* const> Features();

}  // namespace acc::features

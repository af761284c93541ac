// SPDX-License-Identifier: BSD-3-Clause
// Causes that lie in the constants of a layer.
#pragma once

#include "base/status.h"
#include "features/dissection/cause_kinds.h"
#include "store/dissection.h"

namespace acc::features {

// Set kind, proof and remedy. Other encodings are tried in a run of the layer alone: a range for
// each channel, more bits.
Status ExplainWeights(const PartOfCause& part, store::Cause& cause);
Status ExplainBias(const PartOfCause& part, store::Cause& cause);

}  // namespace acc::features

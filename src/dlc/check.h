// SPDX-License-Identifier: BSD-3-Clause
// What holds for the graph of every DLC, whatever it was read from.
#pragma once

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// Fails for tensors of one name, for a node that names a tensor the graph lacks, and as CheckData()
// for each tensor, those of attributes included.
Status CheckGraph(const Graph& graph);

}  // namespace acc::dlc

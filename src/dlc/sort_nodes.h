// SPDX-License-Identifier: BSD-3-Clause
// The order of execution.
#pragma once

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// Puts each node after those that make its inputs; else they stay in their order. Of several nodes
// that make one tensor, the first counts. Fails for a cycle, naming a node that waits for it.
Status SortNodes(Graph& graph);

}  // namespace acc::dlc

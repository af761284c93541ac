// SPDX-License-Identifier: BSD-3-Clause
// Which tensors of a DLC's graph are stored channel-last. A file does not say it; its operators do.
#pragma once

#include <map>
#include <string>

#include "dlc/model.h"
#include "tensor/layout.h"

namespace acc::dlc {

// By name, of all tensors but the static ones. Operators on images read and make channel-last
// tensors; element-wise operators and those along an axis keep the order of what they read, so the
// order of one tensor tells that of the others, in both directions. Nothing else makes a claim:
// those tensors are kSource. Works without weights and for operators that have no translation.
std::map<std::string, AxisOrder> AxisOrders(const Graph& graph);

// The axes of a Transpose; empty for other nodes and where the file does not say them.
Permutation TransposeAxes(const Node& node);

// Whether the dims differ by a height of 1: channel-last images of one axis get it before an
// operator that wants two, and lose it after it.
bool DifferByHeight(const Shape& a, const Shape& b);

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
// In which axis order the target stores each tensor.
#pragma once

#include <map>
#include <string>

#include "convert/state.h"
#include "tensor/layout.h"

namespace acc::convert {

// Outputs of spatial operators of rank 3 to 5 are channel-last, operators without an opinion keep
// the order of what they read, all others make the source's order. The graph's inputs and outputs
// keep the source's order. Every tensor of the graph but the initializers is in the answer.
std::map<std::string, AxisOrder> AxisOrders(const State& state);

}  // namespace acc::convert

// SPDX-License-Identifier: BSD-3-Clause
// Operands of element-wise operators.
#pragma once

#include <span>
#include <string>

#include "dlc/from_graph/builder.h"
#include "tensor/layout.h"

namespace acc::dlc {

// The order in which operands can meet: the one in which `output` is stored, unless an operand of
// lower rank would meet other axes there than in the graph.
AxisOrder BroadcastOrder(const Builder& builder, std::span<const std::string> operands,
                         const std::string& output);

// An operand of an operator whose output has `rank` dims and is computed in `order`. A constant of
// lower rank gets all dims where its axes would move.
std::string ReadOperand(Builder& builder, const std::string& operand, std::size_t rank,
                        AxisOrder order);

}  // namespace acc::dlc

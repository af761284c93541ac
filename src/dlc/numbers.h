// SPDX-License-Identifier: BSD-3-Clause
// Numbers of a model as the integers that a DLC can hold of them.
#pragma once

#include <cstdint>

#include "model/graph.h"

namespace acc::dlc {

// QNN's parameters have 32 bits. Of ONNX's numbers only the open bounds of a Slice are meant to lie
// beyond; with these, and with whatever a hostile file says, sums and products of two stay within
// 64 bits.
std::int64_t SaturatedTo32Bits(std::int64_t number);
// Without its fraction; NaN is 0.
std::int64_t SaturatedTo32Bits(double number);

// The same node with all integers of its attributes saturated.
model::Node SaturatedTo32Bits(model::Node node);

}  // namespace acc::dlc

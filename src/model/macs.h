// SPDX-License-Identifier: BSD-3-Clause
// How much arithmetic a node is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "model/graph.h"
#include "tensor/shape.h"

namespace acc::model {

// The dims of a tensor or initializer, null where they are not known.
using DimsOf = std::function<const Shape*(const std::string& tensor)>;

// Multiplications and additions in pairs: of convolutions, matrix products, recurrent layers and
// attention, in float and in integers, of the standard and of ONNX Runtime's own operators. Biases
// and gates' element-wise products are left out, as usual. Nothing for other operators (those with
// subgraphs too), where dims that it depends on are unknown, and past 64 bits.
std::optional<std::uint64_t> MultiplyAccumulates(const Node& node, const DimsOf& dims_of);

// Whether a node that MultiplyAccumulates has no number of may hold some all the same: one of those
// operators, one with subgraphs, or one outside the standard.
bool MayMultiply(const Node& node);

}  // namespace acc::model

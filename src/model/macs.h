// SPDX-License-Identifier: BSD-3-Clause
// Multiply-accumulates: multiplications and the additions that take up their results, in pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "model/graph.h"
#include "tensor/shape.h"

namespace acc::model {

// Of an operator of which every place in `swept`, all its channels together, takes all of `weight`
// once: a convolution and its output, a transposed one and its input. Nothing where dims are
// unknown or the number has no room.
std::optional<std::uint64_t> MacsOfSweep(const Shape& swept, std::size_t channel_axis,
                                         const Shape& weight);

// Of a matrix product whose elements are sums of `inner` products.
std::optional<std::uint64_t> MacsOfProduct(const Shape& output, std::int64_t inner);

// The dims of a tensor by its name; null where they are unknown.
using DimsOf = std::function<const Shape*(const std::string& tensor)>;

// Of convolutions, matrix products and recurrent layers. Nothing for other operators, and where
// dims that it depends on are unknown.
std::optional<std::uint64_t> MultiplyAccumulates(const Node& node, const DimsOf& dims_of);

}  // namespace acc::model

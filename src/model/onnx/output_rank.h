// SPDX-License-Identifier: BSD-3-Clause
// The number of axes that an operator gives its output, where dims are not known or not to be
// trusted.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "model/graph.h"

namespace acc::model {

// The rank of an input, by its place in the node; nothing where it is not known.
using RankOfInput = std::function<std::optional<std::size_t>(std::size_t)>;

// The rank of the node's first output, from the table of operators. Nothing where it takes more
// than the ranks of the inputs (a Reshape), or an unknown one.
std::optional<std::size_t> OutputRank(const Node& node, const RankOfInput& rank_of);

}  // namespace acc::model

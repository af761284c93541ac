// SPDX-License-Identifier: BSD-3-Clause
// Translations of moved and padded tensors that several formats share.
#pragma once

#include <cstdint>
#include <vector>

#include "model/translation/translation.h"

namespace acc::model {

// Makes the first output of the first input with its axes permuted: perm[k] is the axis that comes
// to place k, in the file's order. Where the graph holds the input or the output channel-first,
// part of the move or all of it is already done.
void MakeTransposed(Translation& t, const std::vector<std::int64_t>& perm);

// Makes the first output, in `order`, of the first input with its edges mirrored: the edge itself
// is repeated, for which the standard has no mode, so that axis after axis is gathered. `amount`
// has a pair for each axis of the file: elements before and after.
void MakePaddedSymmetrically(Translation& t, const Order& order,
                             const std::vector<std::int64_t>& amount);

// ONNX's order of paddings, all beginnings before all ends, from pairs of both.
std::vector<std::int64_t> OnnxPads(const std::vector<std::int64_t>& pairs);

// The same for a value in `order`, from pairs in the file's order.
std::vector<std::int64_t> OnnxPads(const std::vector<std::int64_t>& pairs, const Order& order);

}  // namespace acc::model

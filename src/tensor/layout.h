// SPDX-License-Identifier: BSD-3-Clause
// The order in which a tensor's axes are stored. Sources such as ONNX are channel-first; the target
// stores the 3-D, 4-D and 5-D activations of spatial operators channel-last.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tensor/shape.h"

namespace acc {

// How the target's axes relate to the source's.
enum class AxisOrder {
  kSource,        // As in the source model.
  kChannelLast,   // The source's axis 1 is stored last.
  kChannelFirst,  // The source's last axis is stored at place 1: how a graph holds the images of a
                  // source that is channel-last itself. Never how a file is written.
};

// permutation[k] is the source axis that is stored at position k: NCHW to NHWC is {0, 2, 3, 1}.
using Permutation = std::vector<int>;

// The identity for kSource, and for the others outside rank 3, 4 and 5.
Permutation FromSource(AxisOrder order, std::size_t rank);
// From a tensor stored in one order to the same stored in another.
Permutation Between(AxisOrder from, AxisOrder to, std::size_t rank);
bool IsIdentity(const Permutation& permutation);
Permutation Inverse(const Permutation& permutation);
Shape Permute(const Shape& dims, const Permutation& permutation);

// "NHWC", "NFC", "NDHWC" for kChannelLast, "NONTRIVIAL" for kSource (no claim is made), by rank.
std::string_view LayoutName(AxisOrder order, std::size_t rank);
std::optional<AxisOrder> AxisOrderFromName(std::string_view name);

// Copies `source`, elements of `element_bytes` in the order of `dims`, into `destination` in the
// permuted order. Both spans hold exactly the tensor; 4-bit types are not supported.
Status PermuteElements(std::span<const std::byte> source, const Shape& dims,
                       const Permutation& permutation, std::size_t element_bytes,
                       std::span<std::byte> destination);

}  // namespace acc

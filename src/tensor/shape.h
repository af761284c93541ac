// SPDX-License-Identifier: BSD-3-Clause
// Dimensions of a tensor, the slowest first. A scalar has none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acc {

// A dimension that is not known before the model runs is kUnknownDim.
using Shape = std::vector<std::int64_t>;
inline constexpr std::int64_t kUnknownDim = -1;

bool IsStatic(const Shape& dims);

// The product of the dimensions (1 for a scalar); nothing for an unknown or negative dimension or
// for a product above 2^62.
std::optional<std::uint64_t> ElementCount(const Shape& dims);

// "1x3x224x224"; "scalar" without dimensions; "?" for an unknown one.
std::string ToText(const Shape& dims);

// Reads "1,3,224,224". Empty text is a scalar. Nothing for anything else or a negative number.
std::optional<Shape> ShapeFromText(std::string_view text);

}  // namespace acc

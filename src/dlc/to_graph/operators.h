// SPDX-License-Identifier: BSD-3-Clause
// The operators of a DLC that have a translation: one row each, in the file of their family. Types
// are as the file spells them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "model/translation/operator_table.h"

namespace acc::dlc {

class Translation;

using model::kAnyNumber;
using Operator = model::TranslatedOperator<std::string_view, Translation>;

inline constexpr auto kSpatial = model::PlannedNode::Kind::kSpatial;
inline constexpr auto kFollowing = model::PlannedNode::Kind::kFollowing;

std::span<const Operator> ActivationOperators();
std::span<const Operator> ConvolutionOperators();
std::span<const Operator> ElementWiseOperators();
std::span<const Operator> IndexingOperators();
std::span<const Operator> MatrixOperators();
std::span<const Operator> MovementOperators();
std::span<const Operator> NormalizationOperators();
std::span<const Operator> PoolOperators();
std::span<const Operator> RecurrentOperators();
std::span<const Operator> ReductionOperators();
std::span<const Operator> ResizeOperators();
std::span<const Operator> SliceOperators();
std::span<const Operator> SpaceOperators();
std::span<const Operator> TypeOperators();

// Null for a type without translation.
const Operator* FindOperator(std::string_view type);

// The types of all rows, sorted.
std::vector<std::string_view> OperatorTypes();

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
// The operators of a DLC that have a translation: one row each, in the file of their family.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "model/translation/axis_plan.h"

namespace acc::dlc {

class Translation;

struct Operator {
  std::string_view type;  // As the file spells it.
  std::size_t least_inputs = 1;
  std::size_t most_inputs = 1;
  void (*translate)(Translation&) = nullptr;
  // What it tells of the order of the tensors that it reads and makes.
  model::PlannedNode::Kind axes = model::PlannedNode::Kind::kOther;
};

inline constexpr auto kSpatial = model::PlannedNode::Kind::kSpatial;
inline constexpr auto kFollowing = model::PlannedNode::Kind::kFollowing;

inline constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

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

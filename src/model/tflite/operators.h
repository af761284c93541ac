// SPDX-License-Identifier: BSD-3-Clause
// TensorFlow Lite's operators that have a translation: one row each, in the file of their family.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include <cstddef>
#include <span>

#include "model/translation/axis_plan.h"

namespace acc::model::tflite {

class Translation;

struct Operator {
  ::tflite::BuiltinOperator code = ::tflite::BuiltinOperator_CUSTOM;
  PlannedNode::Kind kind = PlannedNode::Kind::kOther;
  std::size_t least_inputs = 1;
  std::size_t most_inputs = 1;
  void (*translate)(Translation&) = nullptr;
};

inline constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

std::span<const Operator> ActivationOperators();
std::span<const Operator> ConvolutionOperators();
std::span<const Operator> ElementWiseOperators();
std::span<const Operator> IndexingOperators();
std::span<const Operator> MatrixOperators();
std::span<const Operator> MovementOperators();
std::span<const Operator> NormalizationOperators();
std::span<const Operator> PadOperators();
std::span<const Operator> PoolOperators();
std::span<const Operator> RecurrentOperators();
std::span<const Operator> ReductionOperators();
std::span<const Operator> ResizeOperators();
std::span<const Operator> SliceOperators();
std::span<const Operator> SpaceOperators();
std::span<const Operator> TypeOperators();

// Null for one without translation.
const Operator* FindOperator(::tflite::BuiltinOperator code);

}  // namespace acc::model::tflite

// SPDX-License-Identifier: BSD-3-Clause
// TensorFlow Lite's operators that have a translation: one row each, in the file of their family.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include <span>

#include "model/translation/operator_table.h"

namespace acc::model::tflite {

class Translation;

using Operator = TranslatedOperator<::tflite::BuiltinOperator, Translation>;

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

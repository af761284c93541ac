// SPDX-License-Identifier: BSD-3-Clause
// The TensorFlow ops that have a translation: one row each, in the file of their family.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "model/translation/operator_table.h"

namespace acc::model::tensorflow {

class Translation;

using Operator = TranslatedOperator<std::string_view, Translation>;

std::span<const Operator> ActivationOperators();
std::span<const Operator> BatchSpaceOperators();
std::span<const Operator> ControlOperators();
std::span<const Operator> ConvolutionOperators();
std::span<const Operator> EinsumOperators();
std::span<const Operator> ElementWiseOperators();
std::span<const Operator> FakeQuantOperators();
std::span<const Operator> ImageOperators();
std::span<const Operator> IndexingOperators();
std::span<const Operator> MatrixOperators();
std::span<const Operator> MovementOperators();
std::span<const Operator> NormalizationOperators();
std::span<const Operator> PoolOperators();
std::span<const Operator> QuantizeOperators();
std::span<const Operator> RecurrentOperators();
std::span<const Operator> ReductionOperators();
std::span<const Operator> ShapeOperators();
std::span<const Operator> SliceOperators();

// Null for a type without translation.
const Operator* FindOperator(std::string_view type);

}  // namespace acc::model::tensorflow

// SPDX-License-Identifier: BSD-3-Clause
// How often a loop runs, where constants and counters alone decide it.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace acc::model::tflite {

// The value of an integer or a bool without dims, or with one element; nothing where it is not
// known.
using Counter = std::optional<std::int64_t>;

// Of a constant. `tensor` names a buffer of the model.
Counter ConstantOf(const ::tflite::ModelT& model, const ::tflite::TensorT& tensor);

// How many times `condition` holds, and `body` runs, from `values` on, which are of the loop's
// tensors. Nothing where that depends on tensors that are not known, is more than `most`, or looks
// at more tensors and operators than `work`, from which they are taken. The graphs' indices are
// within their tensors, and both take as many inputs as there are values.
std::optional<int> StepsOf(const ::tflite::ModelT& model, const ::tflite::SubGraphT& condition,
                           const ::tflite::SubGraphT& body, std::vector<Counter> values, int most,
                           std::uint64_t& work);

}  // namespace acc::model::tflite

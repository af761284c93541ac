// SPDX-License-Identifier: BSD-3-Clause
// TensorFlow Lite files as tables that can be changed.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include <cstddef>
#include <optional>
#include <vector>

#include "base/status.h"
#include "model/flatbuffer.h"

namespace acc::model::tflite {

::tflite::BuiltinOperator CodeOf(const ::tflite::OperatorCode& code);
// Of an operator whose type the model lists.
::tflite::BuiltinOperator CodeOf(const ::tflite::Model& model, const ::tflite::Operator& node);
::tflite::BuiltinOperator CodeOf(const ::tflite::ModelT& model, const ::tflite::OperatorT& node);

// Whether the file lists the type of operator.
bool HasOperator(const ::tflite::Model& model, ::tflite::BuiltinOperator code);

// A copy of verified `model`, without signatures and metadata, which nobody reads; the indices in
// all of its subgraphs are within their tensors, buffers and operator types. Nothing where the file
// has parts that are not copied: data behind the FlatBuffer, sparse tensors, operators newer than
// the schema. Fails where indices are outside, and where the budget does not suffice.
Result<std::optional<::tflite::ModelT>> CopyOf(const ::tflite::Model& model, CopyBudget& budget);

// Drops all subgraphs but the first, where no operator of that names any.
void DropUnusedGraphs(::tflite::ModelT& model);

std::vector<std::byte> Packed(const ::tflite::ModelT& model);

}  // namespace acc::model::tflite

// SPDX-License-Identifier: BSD-3-Clause
// Types and encodings of a TensorFlow Lite file.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include <optional>

#include "base/status.h"
#include "tensor/element_type.h"
#include "tensor/encoding.h"
#include "tensor/shape.h"

namespace acc::model::tflite {

// kUndefined for types without a raw form here (complex numbers, resources, variants).
ElementType TypeOf(::tflite::TensorType type);

// How a tensor of `type` and `dims` maps its integers to real numbers; nothing for one that is not
// quantized. 64-bit integers have a 32-bit encoding. Fails for scales that are no positive numbers,
// and for as many scales or zero points as no axis has.
Result<std::optional<TensorEncoding>> EncodingOf(
    const ::tflite::QuantizationParameters* quantization, ElementType type, const Shape& dims);

}  // namespace acc::model::tflite

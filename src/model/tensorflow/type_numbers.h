// SPDX-License-Identifier: BSD-3-Clause
// TensorFlow's numbers of element types.
#pragma once

#include <cstdint>
#include <string>

#include "tensor/element_type.h"

namespace acc::model::tensorflow {

// kUndefined for types without a raw form here (complex numbers, resources, variants); the types of
// quantized codes are integers.
ElementType TypeOf(std::int32_t number);

// The number of the plain type; 0 for kUndefined and types that TensorFlow lacks.
std::int32_t TypeNumber(ElementType type);

// "resource", "float32", …; "type 77" for a number that is not known.
std::string TypeName(std::int32_t number);

}  // namespace acc::model::tensorflow

// SPDX-License-Identifier: BSD-3-Clause
// ONNX Runtime's element types to ours and back.
#pragma once

#include <string>

#include "ort/api.h"
#include "tensor/element_type.h"
#include "tensor/value_info.h"

namespace acc::ort {

ElementType FromOrt(ONNXTensorElementDataType type);  // kUndefined for types without a twin.
ONNXTensorElementDataType ToOrt(ElementType type);

// What the runtime knows of an input or output called `name`. A scalar cannot be told from an
// unknown rank and is described as one.
ValueInfo Describe(std::string name, const Ort::TypeInfo& type);

}  // namespace acc::ort

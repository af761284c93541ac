// SPDX-License-Identifier: BSD-3-Clause
// What is known of a tensor before it has a value.
#pragma once

#include <string>

#include "tensor/element_type.h"
#include "tensor/shape.h"

namespace acc {

struct ValueInfo {
  std::string name = {};
  ElementType type = ElementType::kUndefined;
  Shape dims = {};       // Unknown dimensions are kUnknownDim.
  bool has_rank = true;  // False where nothing is known of the dimensions.
};

}  // namespace acc

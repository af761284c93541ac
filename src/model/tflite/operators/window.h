// SPDX-License-Identifier: BSD-3-Clause
// Windows that move over an image: strides, dilations, paddings.
#pragma once

#include <cstdint>
#include <vector>

#include "model/tflite/translation.h"

namespace acc::model::tflite {

struct Window {
  std::vector<std::int64_t> kernel;  // Along the image's axes.
  std::vector<std::int64_t> strides;
  std::vector<std::int64_t> dilations;
  schema::Padding padding = schema::Padding_VALID;
};

// The attributes of ONNX's convolutions and pools for the first image input: SAME becomes numbers,
// half before and the odd one after, or ONNX's own word for it where the image's dims are not
// known.
Attributes WindowAttributes(Translation& t, std::size_t image, const Window& window);

}  // namespace acc::model::tflite

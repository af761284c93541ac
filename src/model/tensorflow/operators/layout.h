// SPDX-License-Identifier: BSD-3-Clause
// Images: TensorFlow's data_format, and the way to ONNX's channel-first operators and back.
#pragma once

#include <string>

#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {

// Axes of an image of `spatial` dims between both orders.
Axes ToChannelFirst(std::size_t spatial);
Axes ToChannelLast(std::size_t spatial);

// "NHWC", "NDHWC" and their like are the default; fails for others than these and "NCHW", "NCDHW".
bool IsChannelFirst(Translation& t);

// The input as ONNX wants an image.
std::string Image(Translation& t, std::size_t input, std::size_t spatial);
// Makes output 0, of an operator on images, in the order of the file.
void MakeImage(Translation& t, std::size_t spatial, std::string_view op_type,
               std::vector<std::string> inputs, Attributes attributes = {});
// The same of a value that is channel-first.
void MakeFromImage(Translation& t, std::size_t spatial, const std::string& value);

// Of a list with a number per axis of the file ("strides", "ksize", …): those of the images' own
// axes. Fails where batch or channel have another number than 1.
Axes Spatial(Translation& t, const char* attribute, std::size_t spatial);

// "padding" in ONNX's terms: pads where they do not depend on the image, or else auto_pad. `kernel`
// is the window's size, empty where that is not known; "strides" and "dilations" are read from
// `attributes`.
void SetPadding(Translation& t, const Axes& kernel, Attributes& attributes);

}  // namespace acc::model::tensorflow

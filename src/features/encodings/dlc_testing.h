// SPDX-License-Identifier: BSD-3-Clause
// DLC models made by hand.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dlc/model.h"
#include "tensor/codes.h"

namespace acc::features {

// The model keeps the bytes.
template <typename T>
dlc::Tensor StaticTensor(dlc::Model& model, std::string name, dlc::DataType type, Shape dims,
                         const std::vector<T>& elements) {
  const auto storage = std::make_shared<std::vector<T>>(elements);
  model.storage.push_back(storage);
  return {.name = std::move(name),
          .kind = dlc::TensorKind::kStatic,
          .type = type,
          .dims = std::move(dims),
          .data = std::as_bytes(std::span(*storage))};
}

inline dlc::Tensor Activation(std::string name, dlc::DataType type, Shape dims) {
  return {.name = std::move(name), .type = type, .dims = std::move(dims)};
}

inline TensorEncoding PerTensor(double scale, std::int64_t offset, int bitwidth = 8) {
  TensorEncoding encoding;
  encoding.channels = {
      EncodingFromScale(scale, offset, bitwidth, offset == -(Steps(bitwidth) / 2 + 1))};
  return encoding;
}

inline TensorEncoding PerChannel(const std::vector<double>& scales, int axis) {
  TensorEncoding encoding;
  for (const double scale : scales) {
    encoding.channels.push_back(EncodingFromScale(scale, -128, 8, true));
  }
  encoding.axis = axis;
  return encoding;
}

inline TensorEncoding FloatEncoding(int bitwidth) {
  TensorEncoding encoding;
  encoding.is_float = true;
  encoding.channels = {{.bitwidth = bitwidth}};
  return encoding;
}

inline dlc::Tensor With(dlc::Tensor tensor, TensorEncoding encoding) {
  tensor.encoding = std::move(encoding);
  return tensor;
}

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
// From real numbers to the codes of an encoding and back, and how codes are stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/status.h"
#include "tensor/encoding.h"
#include "tensor/tensor.h"

namespace acc {

// 2^bitwidth - 1. `bitwidth` is 2 to 32.
std::int64_t Steps(int bitwidth);

// The encoding of this scale, as the nearest float32 that is positive and finite, and offset.
Encoding EncodingFromScale(double scale, std::int64_t offset, int bitwidth, bool symmetric);

// The nearest code, 0 to Steps(bitwidth); ties to even as ONNX's QuantizeLinear. NaN is zero's
// code, infinities are the ends'.
std::int64_t CodeOf(double value, const Encoding& encoding);
double ValueOf(std::int64_t code, const Encoding& encoding);

// How codes are stored: unsigned with zero point -offset, or for symmetric encodings of parameters
// signed with zero point 0. 2 to 8 bits take a byte each: no runtime then needs 4-bit types, and
// the real numbers are the same.
struct Storage {
  ElementType type = ElementType::kUint8;
  std::int64_t zero_point = 0;
};
Storage ActivationStorage(const Encoding& encoding);
Storage ParamStorage(const Encoding& encoding);

// The codes of `values`, laid out as `dims`, in ParamStorage's form; per channel along
// encoding.axis. Fails where the number of channels is not that axis's size.
Result<Tensor> Quantized(std::span<const float> values, const Shape& dims,
                         const TensorEncoding& encoding);

// The real numbers, in float32, of codes as they are stored: signed types count from the middle of
// the encoding's codes. Per channel along encoding.axis. Fails as Quantized() does.
Result<Tensor> Dequantized(const TensorView& stored, const TensorEncoding& encoding);

// `values` as they are after quantization and back.
std::vector<float> FakeQuantized(std::span<const float> values, const Shape& dims,
                                 const TensorEncoding& encoding);

// Which channel each element belongs to: element i has channel (i / inner) % channels.
struct ChannelLayout {
  std::size_t channels = 1;
  std::size_t inner = 1;
};
ChannelLayout LayoutOf(const Shape& dims, std::optional<int> axis);

}  // namespace acc

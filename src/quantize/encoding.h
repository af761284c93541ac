// SPDX-License-Identifier: BSD-3-Clause
// From a range of real numbers to an Encoding, and from numbers to codes and back.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/status.h"
#include "tensor/encoding.h"
#include "tensor/tensor.h"

namespace acc::quantize {

// The narrowest range an encoding may have (FACTS 4.1; the older 0.01 is not used).
inline constexpr double kMinWidth = 0.0001;

// 2^bitwidth - 1. `bitwidth` is 2 to 32.
std::int64_t Steps(int bitwidth);

// The range [min, max] as the target's quantizer encodes it (FACTS 4.1): widened to hold zero and
// to kMinWidth, scale = (max - min) / Steps, then shifted so that zero is a code:
// offset = -round(-min / scale), ties upwards; min and max are those that the codes reach.
// Every scale here is a float32 number, since that is what the graph and the target hold.
Encoding AsymmetricEncoding(double min, double max, int bitwidth);

// Zero in the middle: scale = max(|min|, |max|) / (2^(bitwidth-1) - 1), offset = -2^(bitwidth-1).
Encoding SymmetricEncoding(double min, double max, int bitwidth);

// The encoding of exactly this scale and offset.
Encoding EncodingFromScale(double scale, std::int64_t offset, int bitwidth, bool symmetric);

// Of bitwidth 32 and offset -2^31: how a bias is accumulated (scale of the input times that of the
// weight).
Encoding BiasEncoding(double scale);

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

// `values` as they are after quantization and back.
std::vector<float> FakeQuantized(std::span<const float> values, const Shape& dims,
                                 const TensorEncoding& encoding);

// Which channel each element belongs to: element i has channel (i / inner) % channels.
struct ChannelLayout {
  std::size_t channels = 1;
  std::size_t inner = 1;
};
ChannelLayout LayoutOf(const Shape& dims, std::optional<int> axis);

}  // namespace acc::quantize

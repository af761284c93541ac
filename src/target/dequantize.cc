// SPDX-License-Identifier: BSD-3-Clause
#include "target/dequantize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

namespace acc::target {
namespace {

template <typename Integer>
Tensor DequantizeAs(const TensorView& stored, const Encoding& encoding) {
  const auto* integers = reinterpret_cast<const Integer*>(stored.bytes.data());
  const std::size_t count = stored.bytes.size() / sizeof(Integer);
  const std::int64_t shift =
      encoding.offset +
      (std::is_signed_v<Integer> ? std::int64_t{1} << (encoding.bitwidth - 1) : 0);
  const auto offset = static_cast<std::int32_t>(shift);
  const auto scale = static_cast<float>(encoding.scale);
  std::vector<float> real(count);
  for (std::size_t i = 0; i < count; ++i) {
    real[i] = static_cast<float>(static_cast<std::int32_t>(integers[i]) + offset) * scale;
  }
  return Tensor::FromFloats(stored.dims, real);
}

template <typename Integer>
Tensor QuantizeAs(ElementType type, const TensorView& real, const Encoding& encoding) {
  const auto* values = reinterpret_cast<const float*>(real.bytes.data());
  const std::size_t count = real.bytes.size() / sizeof(float);
  const auto scale = static_cast<float>(encoding.scale);
  const auto zero = static_cast<float>(-encoding.offset);
  const float top = std::numeric_limits<Integer>::max();
  std::vector<Integer> integers(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float moved = std::nearbyintf(values[i] / scale) + zero;
    integers[i] =
        std::isnan(moved) ? Integer{0} : static_cast<Integer>(std::clamp(moved, 0.0F, top));
  }
  return Tensor::FromValues<Integer>(type, real.dims, integers);
}

Status CheckPerTensor(const TensorEncoding& encoding) {
  if (encoding.channels.size() == 1) return OkStatus();
  return Failure("an activation has an encoding per channel, which no target stores");
}

}  // namespace

Result<Tensor> Dequantize(const TensorView& stored, const TensorEncoding& encoding) {
  ACC_RETURN_IF_ERROR(CheckPerTensor(encoding));
  switch (stored.type) {
    case ElementType::kUint8: return DequantizeAs<std::uint8_t>(stored, encoding.channels[0]);
    case ElementType::kInt8: return DequantizeAs<std::int8_t>(stored, encoding.channels[0]);
    case ElementType::kUint16: return DequantizeAs<std::uint16_t>(stored, encoding.channels[0]);
    case ElementType::kInt16: return DequantizeAs<std::int16_t>(stored, encoding.channels[0]);
    default: return Failure("a quantized tensor came back as " + std::string(Name(stored.type)));
  }
}

Result<Tensor> Quantize(const TensorView& real, const TensorEncoding& encoding) {
  ACC_RETURN_IF_ERROR(CheckPerTensor(encoding));
  if (real.type != ElementType::kFloat32) {
    return Failure("only float32 values are quantized, not " + std::string(Name(real.type)));
  }
  return encoding.channels[0].bitwidth > 8
             ? QuantizeAs<std::uint16_t>(ElementType::kUint16, real, encoding.channels[0])
             : QuantizeAs<std::uint8_t>(ElementType::kUint8, real, encoding.channels[0]);
}

}  // namespace acc::target

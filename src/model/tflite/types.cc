// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/types.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstring>

#include "model/flatbuffer.h"

namespace acc::model::tflite {
namespace {

namespace schema = ::tflite;

int BitwidthOf(ElementType type) {
  switch (type) {
    case ElementType::kInt4: return 4;
    case ElementType::kInt8:
    case ElementType::kUint8: return 8;
    case ElementType::kInt16:
    case ElementType::kUint16: return 16;
    case ElementType::kInt32:
    case ElementType::kInt64:  // Biases beside 16-bit images; the target stores 32 bits.
      return 32;
    default: return 0;
  }
}

// Signed codes are counted from 0 here, so that their smallest is.
std::int64_t FirstCode(ElementType type, int bitwidth) {
  const bool is_unsigned = type == ElementType::kUint8 || type == ElementType::kUint16;
  return is_unsigned ? 0 : std::int64_t{1} << (bitwidth - 1);
}

Encoding ChannelOf(double scale, std::int64_t zero_point, ElementType type, int bitwidth) {
  const std::int64_t first = FirstCode(type, bitwidth);
  const std::int64_t offset = -(zero_point + first);
  const double steps = static_cast<double>((std::int64_t{1} << bitwidth) - 1);
  return {.bitwidth = bitwidth,
          .min = scale * static_cast<double>(offset),
          .max = scale * (static_cast<double>(offset) + steps),
          .scale = scale,
          .offset = offset,
          .symmetric = first != 0 && zero_point == 0};
}

// FlatBuffers' verifier asks for vectors at multiples of 4, not of 8.
std::int64_t ElementOf(const ::flatbuffers::Vector<std::int64_t>& vector, std::size_t index) {
  std::int64_t element = 0;
  std::memcpy(&element, vector.Data() + index * sizeof(element), sizeof(element));
  return element;
}

}  // namespace

ElementType TypeOf(schema::TensorType type) {
  switch (type) {
    case schema::TensorType_FLOAT32: return ElementType::kFloat32;
    case schema::TensorType_FLOAT16: return ElementType::kFloat16;
    case schema::TensorType_FLOAT64: return ElementType::kFloat64;
    case schema::TensorType_INT4: return ElementType::kInt4;
    case schema::TensorType_INT8: return ElementType::kInt8;
    case schema::TensorType_UINT8: return ElementType::kUint8;
    case schema::TensorType_INT16: return ElementType::kInt16;
    case schema::TensorType_UINT16: return ElementType::kUint16;
    case schema::TensorType_INT32: return ElementType::kInt32;
    case schema::TensorType_UINT32: return ElementType::kUint32;
    case schema::TensorType_INT64: return ElementType::kInt64;
    case schema::TensorType_UINT64: return ElementType::kUint64;
    case schema::TensorType_BOOL: return ElementType::kBool;
    case schema::TensorType_STRING: return ElementType::kString;
    default: return ElementType::kUndefined;
  }
}

Result<std::optional<TensorEncoding>> EncodingOf(const schema::QuantizationParameters* quantization,
                                                 ElementType type, const Shape& dims) {
  const int bitwidth = BitwidthOf(type);
  const std::uint32_t count = quantization == nullptr ? 0 : SizeOf(quantization->scale());
  if (count == 0 || bitwidth == 0) return std::optional<TensorEncoding>();
  const auto* zero_points = quantization->zero_point();
  TensorEncoding encoding;
  if (count > 1) {
    const int axis = quantization->quantized_dimension();
    const bool fits = axis >= 0 && static_cast<std::size_t>(axis) < dims.size() &&
                      dims[static_cast<std::size_t>(axis)] == count;
    if (!fits) {
      return Failure(
          fmt::format("it has {} scales along axis {} of its dims {}", count, axis, ToText(dims)));
    }
    encoding.axis = axis;
  }
  const std::uint32_t zero_point_count = SizeOf(zero_points);
  if (zero_point_count > 1 && zero_point_count != count) {
    return Failure(fmt::format("it has {} scales and {} zero points", count, zero_point_count));
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const double scale = quantization->scale()->Get(i);
    if (!std::isfinite(scale) || scale < 0) {
      return Failure(fmt::format("its scale {} is no positive number", scale));
    }
    const std::int64_t zero_point =
        zero_point_count == 0 ? 0 : ElementOf(*zero_points, zero_point_count == 1 ? 0 : i);
    constexpr std::int64_t kMost = std::int64_t{1} << 32;
    if (zero_point > kMost || zero_point < -kMost) {
      return Failure(fmt::format("its zero point {} is none of its type", zero_point));
    }
    // Some converters write a scale of 0 for a channel of zeros.
    encoding.channels.push_back(ChannelOf(scale == 0 ? 1 : scale, zero_point, type, bitwidth));
  }
  return std::optional<TensorEncoding>(std::move(encoding));
}

}  // namespace acc::model::tflite

// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/codes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace acc {
namespace {

template <typename T>
Tensor Store(const Shape& dims, std::span<const std::int64_t> codes, ElementType type) {
  std::vector<T> stored(codes.size());
  std::transform(codes.begin(), codes.end(), stored.begin(),
                 [](std::int64_t code) { return static_cast<T>(code); });
  return Tensor::FromValues<T>(type, dims, stored);
}

Tensor Stored(const Shape& dims, std::span<const std::int64_t> codes, ElementType type) {
  switch (type) {
    case ElementType::kInt8: return Store<std::int8_t>(dims, codes, type);
    case ElementType::kUint8: return Store<std::uint8_t>(dims, codes, type);
    case ElementType::kInt16: return Store<std::int16_t>(dims, codes, type);
    case ElementType::kUint16: return Store<std::uint16_t>(dims, codes, type);
    default: return Store<std::int32_t>(dims, codes, ElementType::kInt32);
  }
}

}  // namespace

std::int64_t Steps(int bitwidth) { return (std::int64_t{1} << bitwidth) - 1; }

Encoding EncodingFromScale(double scale, std::int64_t offset, int bitwidth, bool symmetric) {
  // A product of two scales may leave what float32 holds.
  constexpr double kLeast = std::numeric_limits<float>::denorm_min();
  constexpr double kMost = std::numeric_limits<float>::max();
  scale = static_cast<double>(static_cast<float>(std::clamp(scale, kLeast, kMost)));
  return {.bitwidth = bitwidth,
          .min = scale * static_cast<double>(offset),
          .max = scale * static_cast<double>(offset + Steps(bitwidth)),
          .scale = scale,
          .offset = offset,
          .symmetric = symmetric};
}

std::int64_t CodeOf(double value, const Encoding& encoding) {
  const double code = std::nearbyint(value / encoding.scale) - static_cast<double>(encoding.offset);
  if (std::isnan(code)) return -encoding.offset;
  return static_cast<std::int64_t>(
      std::clamp(code, 0.0, static_cast<double>(Steps(encoding.bitwidth))));
}

double ValueOf(std::int64_t code, const Encoding& encoding) {
  return encoding.scale * static_cast<double>(code + encoding.offset);
}

Storage ActivationStorage(const Encoding& encoding) {
  return {encoding.bitwidth <= 8 ? ElementType::kUint8 : ElementType::kUint16, -encoding.offset};
}

Storage ParamStorage(const Encoding& encoding) {
  if (encoding.bitwidth > 16) return {ElementType::kInt32, 0};
  if (!encoding.symmetric) return ActivationStorage(encoding);
  return {encoding.bitwidth <= 8 ? ElementType::kInt8 : ElementType::kInt16, 0};
}

ChannelLayout LayoutOf(const Shape& dims, std::optional<int> axis) {
  if (!axis) return {};
  ChannelLayout layout;
  layout.channels = static_cast<std::size_t>(dims[static_cast<std::size_t>(*axis)]);
  for (std::size_t later = static_cast<std::size_t>(*axis) + 1; later < dims.size(); ++later) {
    layout.inner *= static_cast<std::size_t>(dims[later]);
  }
  return layout;
}

Result<Tensor> Quantized(std::span<const float> values, const Shape& dims,
                         const TensorEncoding& encoding) {
  const ChannelLayout layout = LayoutOf(dims, encoding.axis);
  if (layout.channels != encoding.channels.size()) {
    return Failure(
        fmt::format("{} encodings for {} channels", encoding.channels.size(), layout.channels));
  }
  std::vector<std::int64_t> codes(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Encoding& channel = encoding.channels[(i / layout.inner) % layout.channels];
    const std::int64_t shift = ParamStorage(channel).zero_point + channel.offset;
    codes[i] = CodeOf(values[i], channel) + shift;
  }
  return Stored(dims, codes, ParamStorage(encoding.channels.front()).type);
}

Result<Tensor> Dequantized(const TensorView& stored, const TensorEncoding& encoding) {
  const ChannelLayout layout = LayoutOf(stored.dims, encoding.axis);
  if (layout.channels != encoding.channels.size()) {
    return Failure(
        fmt::format("{} encodings for {} channels", encoding.channels.size(), layout.channels));
  }
  ACC_ASSIGN_OR_RETURN(const std::vector<std::int64_t> codes, ToIntegers(stored));
  const bool is_unsigned = stored.type == ElementType::kUint8 ||
                           stored.type == ElementType::kUint16 ||
                           stored.type == ElementType::kUint4;
  std::vector<float> values(codes.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Encoding& channel = encoding.channels[(i / layout.inner) % layout.channels];
    const std::int64_t first = is_unsigned ? 0 : std::int64_t{1} << (channel.bitwidth - 1);
    values[i] = static_cast<float>(ValueOf(codes[i] + first, channel));
  }
  return Tensor::FromFloats(stored.dims, values);
}

std::vector<float> FakeQuantized(std::span<const float> values, const Shape& dims,
                                 const TensorEncoding& encoding) {
  const ChannelLayout layout = LayoutOf(dims, encoding.axis);
  std::vector<float> quantized(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Encoding& channel = encoding.channels[(i / layout.inner) % layout.channels];
    quantized[i] = static_cast<float>(ValueOf(CodeOf(values[i], channel), channel));
  }
  return quantized;
}

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>

namespace acc {
namespace {

bool BytesAgree(ElementType type, const Shape& dims, std::size_t bytes) {
  const std::optional<std::uint64_t> count = ElementCount(dims);
  const bool has_bytes = type != ElementType::kUndefined && type != ElementType::kString;
  return count && has_bytes && ByteSize(type, *count) == bytes;
}

// How an element is stored, and its two conversions.
template <typename T>
struct Number {
  using Stored = T;
  static float ToFloat(T value) { return static_cast<float>(value); }
  static T FromFloat(float value) {
    if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(value);
    } else {
      // The limits as floats may lie just outside T; hence >= and the explicit limits.
      if (std::isnan(value)) return 0;
      if (value >= static_cast<float>(std::numeric_limits<T>::max())) {
        return std::numeric_limits<T>::max();
      }
      if (value <= static_cast<float>(std::numeric_limits<T>::min())) {
        return std::numeric_limits<T>::min();
      }
      return static_cast<T>(std::nearbyint(value));
    }
  }
};

struct Half {
  using Stored = std::uint16_t;
  static float ToFloat(Stored value) { return FloatFromHalf(value); }
  static Stored FromFloat(float value) { return HalfFromFloat(value); }
};

struct Bfloat {
  using Stored = std::uint16_t;
  static float ToFloat(Stored value) { return FloatFromBfloat(value); }
  static Stored FromFloat(float value) { return BfloatFromFloat(value); }
};

struct Bool {
  using Stored = std::uint8_t;
  static float ToFloat(Stored value) { return value != 0 ? 1.0F : 0.0F; }
  static Stored FromFloat(float value) { return value != 0.0F ? 1 : 0; }
};

template <int kMin, int kMax>
struct Nibble {
  static float ToFloat(unsigned nibble) {
    const int value = static_cast<int>(nibble);
    return static_cast<float>(value > kMax ? value - 16 : value);
  }
  static unsigned FromFloat(float value) {
    if (std::isnan(value)) return 0;
    const float clamped = std::clamp(std::nearbyint(value), float{kMin}, float{kMax});
    return static_cast<unsigned>(static_cast<int>(clamped)) & 0xFU;
  }
};
using Int4 = Nibble<-8, 7>;
using Uint4 = Nibble<0, 15>;

// Element by element through memcpy: the bytes of a mapped file or of a message need not be
// aligned.
template <typename Format>
void Load(std::span<const std::byte> bytes, std::span<float> values) {
  using Stored = typename Format::Stored;
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    values[i] = Format::ToFloat(stored);
  }
}

template <typename Format>
void Store(std::span<const float> values, std::span<std::byte> bytes) {
  using Stored = typename Format::Stored;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Stored stored = Format::FromFloat(values[i]);
    std::memcpy(bytes.data() + i * sizeof(Stored), &stored, sizeof(Stored));
  }
}

template <typename Format>
void LoadNibbles(std::span<const std::byte> bytes, std::span<float> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto pair = std::to_integer<unsigned>(bytes[i / 2]);
    values[i] = Format::ToFloat((i % 2 == 0 ? pair : pair >> 4) & 0xFU);
  }
}

template <typename Format>
void StoreNibbles(std::span<const float> values, std::span<std::byte> bytes) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const unsigned nibble = Format::FromFloat(values[i]);
    bytes[i / 2] |= static_cast<std::byte>(i % 2 == 0 ? nibble : nibble << 4);
  }
}

struct FormatRow {
  ElementType type;
  void (*load)(std::span<const std::byte>, std::span<float>);
  void (*store)(std::span<const float>, std::span<std::byte>);
};

template <typename Format>
constexpr FormatRow RowOf(ElementType type) {
  return {type, &Load<Format>, &Store<Format>};
}

constexpr FormatRow kFormats[] = {
    RowOf<Number<float>>(ElementType::kFloat32),
    RowOf<Number<double>>(ElementType::kFloat64),
    RowOf<Half>(ElementType::kFloat16),
    RowOf<Bfloat>(ElementType::kBfloat16),
    {ElementType::kInt4, &LoadNibbles<Int4>, &StoreNibbles<Int4>},
    {ElementType::kUint4, &LoadNibbles<Uint4>, &StoreNibbles<Uint4>},
    RowOf<Number<std::int8_t>>(ElementType::kInt8),
    RowOf<Number<std::uint8_t>>(ElementType::kUint8),
    RowOf<Number<std::int16_t>>(ElementType::kInt16),
    RowOf<Number<std::uint16_t>>(ElementType::kUint16),
    RowOf<Number<std::int32_t>>(ElementType::kInt32),
    RowOf<Number<std::uint32_t>>(ElementType::kUint32),
    RowOf<Number<std::int64_t>>(ElementType::kInt64),
    RowOf<Number<std::uint64_t>>(ElementType::kUint64),
    RowOf<Bool>(ElementType::kBool),
};

Result<FormatRow> FormatOf(ElementType type) {
  for (const FormatRow& row : kFormats) {
    if (row.type == type) return row;
  }
  return Failure(fmt::format("a tensor of type {} has no numbers", Name(type)));
}

template <typename T>
std::vector<std::int64_t> Widened(std::span<const std::byte> bytes) {
  std::vector<std::int64_t> codes(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    T code;
    std::memcpy(&code, bytes.data() + i * sizeof(T), sizeof(T));
    codes[i] = std::int64_t{code};
  }
  return codes;
}

}  // namespace

Result<Tensor> Tensor::Create(ElementType type, Shape dims, std::vector<std::byte> bytes) {
  if (!BytesAgree(type, dims, bytes.size())) {
    const std::optional<std::uint64_t> count = ElementCount(dims);
    return Failure(fmt::format("a tensor of {} {} needs {} bytes, not {}", Name(type), ToText(dims),
                               count ? std::to_string(ByteSize(type, *count)) : "too many",
                               bytes.size()));
  }
  Tensor tensor;
  tensor.type_ = type;
  tensor.dims_ = std::move(dims);
  tensor.bytes_ = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  return tensor;
}

Tensor Tensor::FromFloats(Shape dims, std::span<const float> values) {
  return FromValues(ElementType::kFloat32, std::move(dims), values);
}

Tensor Tensor::FromInt64s(Shape dims, std::span<const std::int64_t> values) {
  return FromValues(ElementType::kInt64, std::move(dims), values);
}

Tensor Tensor::FromBytes(ElementType type, Shape dims, std::span<const std::byte> bytes) {
  Result<Tensor> tensor = Create(type, std::move(dims), {bytes.begin(), bytes.end()});
  if (!tensor.ok()) std::abort();
  return *std::move(tensor);
}

std::uint64_t Tensor::size() const {
  return bytes_ == nullptr ? 0 : ElementCount(dims_).value_or(0);
}

std::span<const std::byte> Tensor::bytes() const {
  if (bytes_ == nullptr) return {};
  return *bytes_;
}

Tensor Tensor::Reshaped(Shape dims) const {
  if (ElementCount(dims) != ElementCount(dims_)) std::abort();
  Tensor reshaped = *this;
  reshaped.dims_ = std::move(dims);
  return reshaped;
}

Result<std::vector<float>> ToFloats(const TensorView& tensor) {
  ACC_ASSIGN_OR_RETURN(const FormatRow format, FormatOf(tensor.type));
  if (!BytesAgree(tensor.type, tensor.dims, tensor.bytes.size())) {
    return Failure(fmt::format("{} bytes are not a tensor of {} {}", tensor.bytes.size(),
                               Name(tensor.type), ToText(tensor.dims)));
  }
  std::vector<float> values(*ElementCount(tensor.dims));
  format.load(tensor.bytes, values);
  return values;
}

Result<Tensor> FromFloatValues(ElementType type, Shape dims, std::span<const float> values) {
  ACC_ASSIGN_OR_RETURN(const FormatRow format, FormatOf(type));
  if (ElementCount(dims) != values.size()) {
    return Failure(fmt::format("{} values are not a tensor of {}", values.size(), ToText(dims)));
  }
  std::vector<std::byte> bytes(ByteSize(type, values.size()));
  format.store(values, bytes);
  return Tensor::Create(type, std::move(dims), std::move(bytes));
}

Result<std::vector<std::int64_t>> ToIntegers(const TensorView& tensor) {
  switch (tensor.type) {
    case ElementType::kInt8: return Widened<std::int8_t>(tensor.bytes);
    case ElementType::kUint8:
    case ElementType::kBool: return Widened<std::uint8_t>(tensor.bytes);
    case ElementType::kInt16: return Widened<std::int16_t>(tensor.bytes);
    case ElementType::kUint16: return Widened<std::uint16_t>(tensor.bytes);
    case ElementType::kInt32: return Widened<std::int32_t>(tensor.bytes);
    case ElementType::kUint32: return Widened<std::uint32_t>(tensor.bytes);
    case ElementType::kInt64:
    case ElementType::kUint64: return Widened<std::int64_t>(tensor.bytes);
    case ElementType::kInt4:
    case ElementType::kUint4: {
      ACC_ASSIGN_OR_RETURN(const std::vector<float> values, ToFloats(tensor));
      return std::vector<std::int64_t>(values.begin(), values.end());
    }
    default:
      return Failure(
          fmt::format("elements of type {} where integers are expected", Name(tensor.type)));
  }
}

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
// A tensor in memory: type, dimensions, bytes in row-major order, little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/status.h"
#include "tensor/element_type.h"
#include "tensor/half.h"
#include "tensor/shape.h"

namespace acc {

// Bytes that somebody else owns. `dims` is static and agrees with the size of `bytes`.
struct TensorView {
  ElementType type = ElementType::kUndefined;
  Shape dims;
  std::span<const std::byte> bytes;
};

// Owns its bytes; copies share them, which makes graphs with large weights cheap to copy.
class Tensor {
 public:
  Tensor() = default;

  // Fails where the number of bytes is not what type and dims ask for.
  static Result<Tensor> Create(ElementType type, Shape dims, std::vector<std::byte> bytes);
  static Tensor FromFloats(Shape dims, std::span<const float> values);
  static Tensor FromInt64s(Shape dims, std::span<const std::int64_t> values);
  // T is a C++ arithmetic type of the same size as `type`'s element. The makers of this kind need
  // as many values as `dims` say; anything else is a mistake of the program and ends it.
  template <typename T>
  static Tensor FromValues(ElementType type, Shape dims, std::span<const T> values) {
    return FromBytes(type, std::move(dims), std::as_bytes(values));
  }

  ElementType type() const { return type_; }
  const Shape& dims() const { return dims_; }
  std::uint64_t size() const;  // Elements.
  std::span<const std::byte> bytes() const;
  TensorView view() const { return {type_, dims_, bytes()}; }

  // Only where T is the element's type.
  template <typename T>
  std::span<const T> values() const {
    const auto raw = bytes();
    return {reinterpret_cast<const T*>(raw.data()), raw.size() / sizeof(T)};
  }

  // The same bytes under other dimensions of equal element count; another count ends the program.
  Tensor Reshaped(Shape dims) const;

 private:
  static Tensor FromBytes(ElementType type, Shape dims, std::span<const std::byte> bytes);

  ElementType type_ = ElementType::kUndefined;
  Shape dims_;
  std::shared_ptr<const std::vector<std::byte>> bytes_;
};

// Every element as float32: integers and bools converted, doubles and halves rounded or widened.
// Fails for strings and undefined types.
Result<std::vector<float>> ToFloats(const TensorView& tensor);

// Every element of a tensor of integers or bools; 64-bit unsigned ones keep their bits. Fails for
// other types.
Result<std::vector<std::int64_t>> ToIntegers(const TensorView& tensor);

// Writes float32 values as elements of `type` (round to nearest even, saturating integers). NaN
// becomes 0 as an integer; a bool is true for everything but 0. Fails for strings, undefined types,
// and a number of values that is not the one of `dims`.
Result<Tensor> FromFloatValues(ElementType type, Shape dims, std::span<const float> values);

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
// The types of a tensor's elements, their names and sizes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace acc {

enum class ElementType : std::uint8_t {
  kUndefined,
  kFloat32,
  kFloat64,
  kFloat16,
  kBfloat16,
  kInt4,   // Two elements a byte, the low nibble first.
  kUint4,  // As kInt4.
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kBool,
  kString,  // Has no byte form here: never captured, never stored.
};

// "float32", "int64", … ; "undefined" for kUndefined.
std::string_view Name(ElementType type);

// Reads the names above in any case, and the short forms "float", "double", "half".
std::optional<ElementType> ElementTypeFromName(std::string_view name);

// Bytes that `count` elements take; 0 for kUndefined and kString. Two 4-bit elements share a byte.
// A product that 64 bits cannot hold gives the largest number they can.
std::uint64_t ByteSize(ElementType type, std::uint64_t count);

bool IsFloat(ElementType type);

}  // namespace acc

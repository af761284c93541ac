// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/element_type.h"

#include <array>
#include <limits>
#include <string>

#include "base/text.h"

namespace acc {
namespace {

struct TypeRow {
  ElementType type;
  std::string_view name;
  std::uint64_t bits;
  bool is_float;
};

constexpr std::array kTypes = {
    TypeRow{ElementType::kUndefined, "undefined", 0, false},
    TypeRow{ElementType::kFloat32, "float32", 32, true},
    TypeRow{ElementType::kFloat64, "float64", 64, true},
    TypeRow{ElementType::kFloat16, "float16", 16, true},
    TypeRow{ElementType::kBfloat16, "bfloat16", 16, true},
    TypeRow{ElementType::kInt4, "int4", 4, false},
    TypeRow{ElementType::kUint4, "uint4", 4, false},
    TypeRow{ElementType::kInt8, "int8", 8, false},
    TypeRow{ElementType::kUint8, "uint8", 8, false},
    TypeRow{ElementType::kInt16, "int16", 16, false},
    TypeRow{ElementType::kUint16, "uint16", 16, false},
    TypeRow{ElementType::kInt32, "int32", 32, false},
    TypeRow{ElementType::kUint32, "uint32", 32, false},
    TypeRow{ElementType::kInt64, "int64", 64, false},
    TypeRow{ElementType::kUint64, "uint64", 64, false},
    TypeRow{ElementType::kBool, "bool", 8, false},
    TypeRow{ElementType::kString, "string", 0, false},
};

constexpr bool RowsAreInOrder() {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (static_cast<std::size_t>(kTypes[i].type) != i) return false;
  }
  return true;
}
static_assert(RowsAreInOrder(), "Row() takes the type as an index");

const TypeRow& Row(ElementType type) { return kTypes[static_cast<std::size_t>(type)]; }

struct ShortName {
  std::string_view name;
  ElementType type;
};
constexpr std::array kShortNames = {ShortName{"float", ElementType::kFloat32},
                                    ShortName{"double", ElementType::kFloat64},
                                    ShortName{"half", ElementType::kFloat16}};

}  // namespace

std::string_view Name(ElementType type) { return Row(type).name; }

std::optional<ElementType> ElementTypeFromName(std::string_view name) {
  const std::string lower = ToLower(name);
  for (const TypeRow& row : kTypes) {
    if (row.name == lower) return row.type;
  }
  for (const ShortName& row : kShortNames) {
    if (row.name == lower) return row.type;
  }
  return std::nullopt;
}

std::uint64_t ByteSize(ElementType type, std::uint64_t count) {
  const std::uint64_t bits = Row(type).bits;
  if (bits == 4) return count / 2 + count % 2;
  const std::uint64_t bytes = bits / 8;
  if (bytes != 0 && count > std::numeric_limits<std::uint64_t>::max() / bytes) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  return bytes * count;
}

bool IsFloat(ElementType type) { return Row(type).is_float; }

}  // namespace acc

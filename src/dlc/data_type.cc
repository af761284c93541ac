// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "dlc/model.h"

namespace acc::dlc {
namespace {

struct Row {
  DataType type;
  ElementType stored;
  std::string_view name;
};

constexpr Row kRows[] = {
    {DataType::kInt8, ElementType::kInt8, "int8"},
    {DataType::kInt16, ElementType::kInt16, "int16"},
    {DataType::kInt32, ElementType::kInt32, "int32"},
    {DataType::kInt64, ElementType::kInt64, "int64"},
    {DataType::kUint8, ElementType::kUint8, "uint8"},
    {DataType::kUint16, ElementType::kUint16, "uint16"},
    {DataType::kUint32, ElementType::kUint32, "uint32"},
    {DataType::kUint64, ElementType::kUint64, "uint64"},
    {DataType::kFloat16, ElementType::kFloat16, "float16"},
    {DataType::kFloat32, ElementType::kFloat32, "float32"},
    {DataType::kFloat64, ElementType::kFloat64, "float64"},
    {DataType::kSfixed4, ElementType::kInt4, "sfixed4"},
    {DataType::kSfixed8, ElementType::kInt8, "sfixed8"},
    {DataType::kSfixed16, ElementType::kInt16, "sfixed16"},
    {DataType::kSfixed32, ElementType::kInt32, "sfixed32"},
    {DataType::kUfixed4, ElementType::kUint4, "ufixed4"},
    {DataType::kUfixed8, ElementType::kUint8, "ufixed8"},
    {DataType::kUfixed16, ElementType::kUint16, "ufixed16"},
    {DataType::kUfixed32, ElementType::kUint32, "ufixed32"},
    {DataType::kBool8, ElementType::kBool, "bool8"},
    {DataType::kString, ElementType::kUndefined, "string"},
    {DataType::kUndefined, ElementType::kUndefined, "undefined"},
};

const Row* Find(DataType type) {
  const auto* row = std::ranges::find(kRows, type, &Row::type);
  return row == std::end(kRows) ? nullptr : row;
}

// What stands above the two digits of the width: 0 signed integers, …
std::uint32_t Family(DataType type) { return static_cast<std::uint32_t>(type) >> 8; }
constexpr std::uint32_t kSignedIntegers = 0x0;
constexpr std::uint32_t kFloats = 0x2;
constexpr std::uint32_t kSignedFixed = 0x3;
constexpr std::uint32_t kUnsignedFixed = 0x4;

}  // namespace

std::string Name(DataType type) {
  if (const Row* row = Find(type)) return std::string(row->name);
  return fmt::format("0x{:04x}", static_cast<std::uint32_t>(type));
}

ElementType StoredType(DataType type) {
  const Row* row = Find(type);
  return row == nullptr ? ElementType::kUndefined : row->stored;
}

DataType DataTypeOf(ElementType type) {
  const auto* row = std::ranges::find_if(kRows, [&](const Row& candidate) {
    return candidate.stored == type && !IsFixedPoint(candidate.type);
  });
  if (type == ElementType::kUndefined || row == std::end(kRows)) return DataType::kUndefined;
  return row->type;
}

bool IsFixedPoint(DataType type) {
  return Family(type) == kSignedFixed || Family(type) == kUnsignedFixed;
}

bool IsSigned(DataType type) {
  return Family(type) == kSignedIntegers || Family(type) == kFloats || Family(type) == kSignedFixed;
}

const Attribute* Node::Find(std::string_view attribute) const {
  const auto found = std::ranges::find(attributes, attribute, &Attribute::name);
  return found == attributes.end() ? nullptr : &*found;
}

}  // namespace acc::dlc

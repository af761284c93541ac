// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/types.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>

namespace acc::model::tensorflow {
namespace {

struct TypeRow {
  std::int32_t number;
  ElementType type;
};

constexpr TypeRow kTypes[] = {
    {1, ElementType::kFloat32},   {2, ElementType::kFloat64},  {3, ElementType::kInt32},
    {4, ElementType::kUint8},     {5, ElementType::kInt16},    {6, ElementType::kInt8},
    {7, ElementType::kString},    {9, ElementType::kInt64},    {10, ElementType::kBool},
    {11, ElementType::kInt8},     {12, ElementType::kUint8},   {13, ElementType::kInt32},
    {14, ElementType::kBfloat16}, {15, ElementType::kInt16},   {16, ElementType::kUint16},
    {17, ElementType::kUint16},   {19, ElementType::kFloat16}, {22, ElementType::kUint32},
    {23, ElementType::kUint64},
};

struct NamedType {
  std::int32_t number;
  std::string_view name;
};

constexpr NamedType kWithoutRawForm[] = {
    {8, "complex64"}, {18, "complex128"}, {20, "resource"}, {21, "variant"}};

// A list of one value stands for all elements: what a small file may make of it is bounded here.
constexpr std::uint64_t kMostListedBytes = std::uint64_t{1} << 28;

// The values of a list, the last one repeated, as elements of T.
template <typename T, typename List>
std::vector<std::byte> Repeated(const List& list, std::uint64_t count) {
  std::vector<std::byte> bytes(count * sizeof(T));
  for (std::uint64_t i = 0; i < count; ++i) {
    const int last = list.size() - 1;
    const T value = list.empty()
                        ? T{}
                        : static_cast<T>(list.Get(
                              i < static_cast<std::uint64_t>(last) ? static_cast<int>(i) : last));
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

int ListSize(const proto::TensorProto& tensor, ElementType type) {
  switch (type) {
    case ElementType::kFloat32: return tensor.float_val_size();
    case ElementType::kFloat64: return tensor.double_val_size();
    case ElementType::kFloat16:
    case ElementType::kBfloat16: return tensor.half_val_size();
    case ElementType::kInt64: return tensor.int64_val_size();
    case ElementType::kBool: return tensor.bool_val_size();
    case ElementType::kUint32: return tensor.uint32_val_size();
    case ElementType::kUint64: return tensor.uint64_val_size();
    default: return tensor.int_val_size();
  }
}

std::vector<std::byte> ListBytes(const proto::TensorProto& tensor, ElementType type,
                                 std::uint64_t count) {
  switch (type) {
    case ElementType::kFloat32: return Repeated<float>(tensor.float_val(), count);
    case ElementType::kFloat64: return Repeated<double>(tensor.double_val(), count);
    case ElementType::kFloat16:
    case ElementType::kBfloat16: return Repeated<std::uint16_t>(tensor.half_val(), count);
    case ElementType::kInt64: return Repeated<std::int64_t>(tensor.int64_val(), count);
    case ElementType::kBool: return Repeated<std::uint8_t>(tensor.bool_val(), count);
    case ElementType::kUint32: return Repeated<std::uint32_t>(tensor.uint32_val(), count);
    case ElementType::kUint64: return Repeated<std::uint64_t>(tensor.uint64_val(), count);
    case ElementType::kInt32: return Repeated<std::int32_t>(tensor.int_val(), count);
    case ElementType::kInt16: return Repeated<std::int16_t>(tensor.int_val(), count);
    case ElementType::kUint16: return Repeated<std::uint16_t>(tensor.int_val(), count);
    case ElementType::kInt8: return Repeated<std::int8_t>(tensor.int_val(), count);
    default: return Repeated<std::uint8_t>(tensor.int_val(), count);
  }
}

}  // namespace

ElementType TypeOf(std::int32_t number) {
  const auto* row = std::ranges::find(kTypes, number, &TypeRow::number);
  return row == std::end(kTypes) ? ElementType::kUndefined : row->type;
}

std::int32_t TypeNumber(ElementType type) {
  const auto* row = std::ranges::find(kTypes, type, &TypeRow::type);
  return row == std::end(kTypes) || type == ElementType::kUndefined ? 0 : row->number;
}

std::string TypeName(std::int32_t number) {
  const ElementType type = TypeOf(number);
  if (type != ElementType::kUndefined) return std::string(Name(type));
  const auto* row = std::ranges::find(kWithoutRawForm, number, &NamedType::number);
  return row == std::end(kWithoutRawForm) ? fmt::format("type {}", number) : std::string(row->name);
}

ValueInfo WithShape(std::string name, ElementType type, const proto::TensorShapeProto& shape) {
  ValueInfo info{.name = std::move(name), .type = type, .has_rank = !shape.unknown_rank()};
  for (const auto& dim : shape.dim())
    info.dims.push_back(dim.size() < 0 ? kUnknownDim : dim.size());
  if (!info.has_rank) info.dims.clear();
  return info;
}

Result<Tensor> TensorOf(const proto::TensorProto& tensor) {
  const ElementType type = TypeOf(tensor.dtype());
  if (type == ElementType::kUndefined || type == ElementType::kString) {
    return Failure(fmt::format("a constant of type {} cannot be used", TypeName(tensor.dtype())));
  }
  const ValueInfo info = WithShape("", type, tensor.tensor_shape());
  const auto count = ElementCount(info.dims);
  if (!info.has_rank || !count) return Failure("its value has unknown or too large dims");
  const std::string& content = tensor.tensor_content();
  if (!content.empty()) {
    const auto* begin = reinterpret_cast<const std::byte*>(content.data());
    return Tensor::Create(type, info.dims, {begin, begin + content.size()});
  }
  if (ByteSize(type, *count) > kMostListedBytes) {
    return Failure(fmt::format("its value of dims {} is above 256 MiB", ToText(info.dims)));
  }
  const int given = ListSize(tensor, type);
  if (static_cast<std::uint64_t>(given) > *count) {
    return Failure(fmt::format("its value has {} numbers for dims {}", given, ToText(info.dims)));
  }
  return Tensor::Create(type, info.dims, ListBytes(tensor, type, *count));
}

}  // namespace acc::model::tensorflow

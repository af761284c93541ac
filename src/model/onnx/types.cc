// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "model/onnx/onnx_format.h"

namespace acc::model {
namespace {

using onnx::TensorProto;

static_assert(std::endian::native == std::endian::little, "ONNX stores raw data little-endian");

// Which of a message's typed fields holds the elements where there are no raw data.
enum class Field { kNone, kFloat, kDouble, kInt32, kInt64, kUint64 };

// Far above any real tensor and far below where a size in bytes would overflow.
constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 56;

struct TypeRow {
  TensorProto::DataType onnx_type;
  ElementType type;
  Field field;
};

constexpr std::array kTypes = {
    TypeRow{TensorProto::FLOAT, ElementType::kFloat32, Field::kFloat},
    TypeRow{TensorProto::DOUBLE, ElementType::kFloat64, Field::kDouble},
    TypeRow{TensorProto::FLOAT16, ElementType::kFloat16, Field::kInt32},
    TypeRow{TensorProto::BFLOAT16, ElementType::kBfloat16, Field::kInt32},
    TypeRow{TensorProto::INT4, ElementType::kInt4, Field::kInt32},
    TypeRow{TensorProto::UINT4, ElementType::kUint4, Field::kInt32},
    TypeRow{TensorProto::INT8, ElementType::kInt8, Field::kInt32},
    TypeRow{TensorProto::UINT8, ElementType::kUint8, Field::kInt32},
    TypeRow{TensorProto::INT16, ElementType::kInt16, Field::kInt32},
    TypeRow{TensorProto::UINT16, ElementType::kUint16, Field::kInt32},
    TypeRow{TensorProto::INT32, ElementType::kInt32, Field::kInt32},
    TypeRow{TensorProto::UINT32, ElementType::kUint32, Field::kUint64},
    TypeRow{TensorProto::INT64, ElementType::kInt64, Field::kInt64},
    TypeRow{TensorProto::UINT64, ElementType::kUint64, Field::kUint64},
    TypeRow{TensorProto::BOOL, ElementType::kBool, Field::kInt32},
    TypeRow{TensorProto::STRING, ElementType::kString, Field::kNone},
};

const TypeRow* FindRow(std::int32_t onnx_type) {
  const auto row = std::ranges::find(kTypes, onnx_type, &TypeRow::onnx_type);
  return row == kTypes.end() ? nullptr : &*row;
}

std::string OnnxTypeName(std::int32_t onnx_type) {
  return onnx::TensorProto_DataType_IsValid(onnx_type)
             ? ToLower(
                   onnx::TensorProto_DataType_Name(static_cast<TensorProto::DataType>(onnx_type)))
             : std::to_string(onnx_type);
}

// The first `bytes_each` bytes of every value: little-endian integers narrow by truncation, as the
// format asks for halves (bit patterns) and for packed 4-bit pairs (one byte a value).
template <typename Values>
std::vector<std::byte> Narrowed(const Values& values, std::size_t bytes_each) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(values.size()) * bytes_each);
  std::byte* out = bytes.data();
  for (const auto value : values) {
    std::memcpy(out, &value, bytes_each);
    out += bytes_each;
  }
  return bytes;
}

std::size_t TypedCount(const TensorProto& proto, Field field) {
  switch (field) {
    case Field::kFloat: return static_cast<std::size_t>(proto.float_data_size());
    case Field::kDouble: return static_cast<std::size_t>(proto.double_data_size());
    case Field::kInt32: return static_cast<std::size_t>(proto.int32_data_size());
    case Field::kInt64: return static_cast<std::size_t>(proto.int64_data_size());
    case Field::kUint64: return static_cast<std::size_t>(proto.uint64_data_size());
    case Field::kNone: break;
  }
  return 0;
}

std::vector<std::byte> TypedBytes(const TensorProto& proto, Field field, std::size_t bytes_each) {
  switch (field) {
    case Field::kFloat: return Narrowed(proto.float_data(), bytes_each);
    case Field::kDouble: return Narrowed(proto.double_data(), bytes_each);
    case Field::kInt32: return Narrowed(proto.int32_data(), bytes_each);
    case Field::kInt64: return Narrowed(proto.int64_data(), bytes_each);
    case Field::kUint64: return Narrowed(proto.uint64_data(), bytes_each);
    case Field::kNone: break;
  }
  return {};
}

Status SizeError(std::uint64_t found, std::uint64_t needed, const Shape& dims) {
  return Failure(
      fmt::format("its data have {} bytes, its dims {} need {}", found, ToText(dims), needed));
}

Result<std::vector<std::byte>> BytesOf(const TensorProto& proto, const TypeRow& row,
                                       const Shape& dims, ExternalData& external) {
  const auto count = ElementCount(dims);
  if (!count || *count > kMaxElements) {
    return Failure(fmt::format("its dims {} are not valid", ToText(dims)));
  }
  const std::uint64_t needed = ByteSize(row.type, *count);
  if (proto.data_location() == TensorProto::EXTERNAL) return external.Read(proto, needed);
  if (proto.has_raw_data()) {
    const std::string& raw = proto.raw_data();
    if (raw.size() != needed) return SizeError(raw.size(), needed, dims);
    const auto bytes = std::as_bytes(std::span(raw));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  }
  const std::size_t bytes_each = ByteSize(row.type, 1);
  const std::uint64_t found = TypedCount(proto, row.field) * bytes_each;
  if (found != needed) return SizeError(found, needed, dims);
  return TypedBytes(proto, row.field, bytes_each);
}

Result<Tensor> UnnamedTensorFromOnnx(const TensorProto& proto, ExternalData& external) {
  const TypeRow* row = FindRow(proto.data_type());
  if (row == nullptr || row->type == ElementType::kString) {
    return Failure(fmt::format("element type {} is not supported in constants",
                               OnnxTypeName(proto.data_type())));
  }
  if (proto.has_segment()) return Failure("tensors stored in segments are not supported");
  Shape dims(proto.dims().begin(), proto.dims().end());
  ACC_ASSIGN_OR_RETURN(std::vector<std::byte> bytes, BytesOf(proto, *row, dims, external));
  return Tensor::Create(row->type, std::move(dims), std::move(bytes));
}

// kUndefined for types that have no counterpart here, such as complex64 and float8.
ElementType ElementTypeFromOnnx(std::int32_t onnx_type) {
  const TypeRow* row = FindRow(onnx_type);
  return row == nullptr ? ElementType::kUndefined : row->type;
}

TensorProto::DataType OnnxTypeOf(ElementType type) {
  const auto row = std::ranges::find(kTypes, type, &TypeRow::type);
  return row == kTypes.end() ? TensorProto::UNDEFINED : row->onnx_type;
}

}  // namespace

std::int64_t OnnxTypeNumber(ElementType type) { return OnnxTypeOf(type); }

Result<ValueInfo> ValueInfoFromOnnx(const onnx::ValueInfoProto& value) {
  ValueInfo info;
  info.name = value.name();
  info.has_rank = false;
  if (!value.type().has_tensor_type()) return info;
  const onnx::TypeProto::Tensor& tensor = value.type().tensor_type();
  info.type = ElementTypeFromOnnx(tensor.elem_type());
  if (info.type == ElementType::kUndefined && tensor.elem_type() != TensorProto::UNDEFINED) {
    return Failure(fmt::format("tensor '{}': element type {} is not supported",
                               Printable(value.name()), OnnxTypeName(tensor.elem_type())));
  }
  info.has_rank = tensor.has_shape();
  for (const auto& dim : tensor.shape().dim()) {
    // Some exporters write -1 where they mean a dimension that is not known.
    const bool known = dim.has_dim_value() && dim.dim_value() >= 0;
    info.dims.push_back(known ? dim.dim_value() : kUnknownDim);
  }
  return info;
}

void ToOnnx(const ValueInfo& value, onnx::ValueInfoProto& proto) {
  proto.set_name(value.name);
  if (value.type == ElementType::kUndefined) return;
  onnx::TypeProto::Tensor& tensor = *proto.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(OnnxTypeOf(value.type));
  if (!value.has_rank) return;
  onnx::TensorShapeProto& shape = *tensor.mutable_shape();
  for (const std::int64_t dim : value.dims) {
    onnx::TensorShapeProto::Dimension& added = *shape.add_dim();
    if (dim >= 0) added.set_dim_value(dim);
  }
}

Result<Tensor> TensorFromOnnx(const TensorProto& proto, ExternalData& external) {
  Result<Tensor> tensor = UnnamedTensorFromOnnx(proto, external);
  if (tensor.ok()) return tensor;
  return tensor.status().WithContext(fmt::format("tensor '{}'", Printable(proto.name())));
}

void ToOnnx(const Tensor& tensor, TensorProto& proto) {
  proto.set_data_type(OnnxTypeOf(tensor.type()));
  for (const std::int64_t dim : tensor.dims()) proto.add_dims(dim);
  const auto bytes = tensor.bytes();
  proto.set_raw_data(bytes.data(), bytes.size());
}

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/constant.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "tensor/codes.h"

namespace acc::dlc {
namespace {

DataType FixedPoint(ElementType codes) {
  switch (codes) {
    case ElementType::kInt8: return DataType::kSfixed8;
    case ElementType::kUint8: return DataType::kUfixed8;
    case ElementType::kInt16: return DataType::kSfixed16;
    case ElementType::kUint16: return DataType::kUfixed16;
    default: return DataType::kSfixed32;
  }
}

template <typename From, typename To>
acc::Tensor Narrowed(const acc::Tensor& wide, ElementType type) {
  const auto values = wide.values<From>();
  std::vector<To> narrow(values.size());
  std::ranges::transform(values, narrow.begin(), [](From value) { return static_cast<To>(value); });
  return acc::Tensor::FromValues<To>(type, wide.dims(), narrow);
}

Result<acc::Tensor> AsStoredElements(const acc::Tensor& constant) {
  const ElementType type = StoredElements(constant.type());
  if (type == constant.type() || !FitsTarget(constant)) return constant;
  if (constant.type() == ElementType::kInt64) {
    return Narrowed<std::int64_t, std::int32_t>(constant, type);
  }
  if (constant.type() == ElementType::kUint64) {
    return Narrowed<std::uint64_t, std::uint32_t>(constant, type);
  }
  ACC_ASSIGN_OR_RETURN(const std::vector<float> values, ToFloats(constant.view()));
  return FromFloatValues(type, constant.dims(), values);
}

std::uint64_t Product(const Shape& dims, std::size_t first) {
  std::uint64_t product = 1;
  for (std::size_t i = first; i < dims.size(); ++i) product *= static_cast<std::uint64_t>(dims[i]);
  return product;
}

// Where the axis of `from` lies in the dims `to`: the same length and as many elements after it.
std::optional<std::size_t> AxisUnder(const Shape& to, const Shape& from, std::size_t axis) {
  for (std::size_t k = 0; k < to.size(); ++k) {
    if (to[k] == from[axis] && Product(to, k + 1) == Product(from, axis + 1)) return k;
  }
  return std::nullopt;
}

Result<acc::Tensor> Permuted(const acc::Tensor& tensor, const ConstantForm& form) {
  if (IsIdentity(form.permutation)) return tensor.Reshaped(form.dims);
  std::vector<std::byte> bytes(tensor.bytes().size());
  ACC_RETURN_IF_ERROR(PermuteElements(tensor.bytes(), form.dims, form.permutation,
                                      ByteSize(tensor.type(), 1), bytes));
  return acc::Tensor::Create(tensor.type(), form.PermutedDims(), std::move(bytes));
}

Result<TensorEncoding> InForm(TensorEncoding encoding, const Shape& dims,
                              const ConstantForm& form) {
  if (!encoding.axis) return encoding;
  const auto axis = AxisUnder(form.dims, dims, static_cast<std::size_t>(*encoding.axis));
  if (!axis) {
    return Failure(fmt::format("its encodings along axis {} of {} do not fit the dimensions {}",
                               *encoding.axis, ToText(dims), ToText(form.dims)));
  }
  const auto place = std::ranges::find(form.permutation, static_cast<int>(*axis));
  encoding.axis = static_cast<int>(place - form.permutation.begin());
  return encoding;
}

Result<StoredConstant> StoreCodes(const acc::Tensor& constant, const TensorEncoding& encoding,
                                  const ConstantForm& form) {
  const auto rank = static_cast<int>(constant.dims().size());
  if (encoding.axis && (*encoding.axis < 0 || *encoding.axis >= rank)) {
    return Failure(fmt::format("its encodings are along axis {} of {} dimensions", *encoding.axis,
                               constant.dims().size()));
  }
  ACC_ASSIGN_OR_RETURN(const std::vector<float> values, ToFloats(constant.view()));
  ACC_ASSIGN_OR_RETURN(const acc::Tensor codes, Quantized(values, constant.dims(), encoding));
  StoredConstant stored;
  stored.type = FixedPoint(codes.type());
  ACC_ASSIGN_OR_RETURN(stored.value, Permuted(codes, form));
  ACC_ASSIGN_OR_RETURN(stored.encoding, InForm(encoding, constant.dims(), form));
  return stored;
}

}  // namespace

ElementType StoredElements(ElementType type) {
  switch (type) {
    case ElementType::kInt64: return ElementType::kInt32;
    case ElementType::kUint64: return ElementType::kUint32;
    case ElementType::kFloat64:
    case ElementType::kBfloat16: return ElementType::kFloat32;
    case ElementType::kInt4: return ElementType::kInt8;
    case ElementType::kUint4: return ElementType::kUint8;
    default: return type;
  }
}

bool FitsTarget(const acc::Tensor& constant) {
  if (constant.type() == ElementType::kInt64) {
    return std::ranges::all_of(constant.values<std::int64_t>(), [](std::int64_t value) {
      return std::in_range<std::int32_t>(value);
    });
  }
  if (constant.type() == ElementType::kUint64) {
    return std::ranges::all_of(constant.values<std::uint64_t>(), [](std::uint64_t value) {
      return std::in_range<std::uint32_t>(value);
    });
  }
  return true;
}

Result<StoredConstant> StoreConstant(const acc::Tensor& constant, const TensorEncoding* encoding,
                                     const ConstantForm& form) {
  if (encoding != nullptr) return StoreCodes(constant, *encoding, form);
  ACC_ASSIGN_OR_RETURN(const acc::Tensor elements, AsStoredElements(constant));
  StoredConstant stored;
  stored.type = DataTypeOf(elements.type());
  ACC_ASSIGN_OR_RETURN(stored.value, Permuted(elements, form));
  return stored;
}

}  // namespace acc::dlc

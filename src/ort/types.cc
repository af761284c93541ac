// SPDX-License-Identifier: BSD-3-Clause
#include "ort/types.h"

#include <algorithm>
#include <utility>

namespace acc::ort {
namespace {

constexpr std::pair<ElementType, ONNXTensorElementDataType> kTypes[] = {
    {ElementType::kFloat32, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT},
    {ElementType::kFloat64, ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE},
    {ElementType::kFloat16, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16},
    {ElementType::kBfloat16, ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16},
    {ElementType::kInt4, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT4},
    {ElementType::kUint4, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT4},
    {ElementType::kInt8, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8},
    {ElementType::kUint8, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8},
    {ElementType::kInt16, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16},
    {ElementType::kUint16, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16},
    {ElementType::kInt32, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32},
    {ElementType::kUint32, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32},
    {ElementType::kInt64, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64},
    {ElementType::kUint64, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64},
    {ElementType::kBool, ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL},
    {ElementType::kString, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING},
};

}  // namespace

ElementType FromOrt(ONNXTensorElementDataType type) {
  const auto* row = std::ranges::find(kTypes, type, [](const auto& pair) { return pair.second; });
  return row == std::end(kTypes) ? ElementType::kUndefined : row->first;
}

ONNXTensorElementDataType ToOrt(ElementType type) {
  const auto* row = std::ranges::find(kTypes, type, [](const auto& pair) { return pair.first; });
  return row == std::end(kTypes) ? ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED : row->second;
}

ValueInfo Describe(std::string name, const Ort::TypeInfo& type) {
  ValueInfo info{.name = std::move(name)};
  if (type.GetONNXType() != ONNX_TYPE_TENSOR) {
    info.has_rank = false;
    return info;
  }
  const auto tensor = type.GetTensorTypeAndShapeInfo();
  info.type = FromOrt(tensor.GetElementType());
  for (const std::int64_t dim : tensor.GetShape()) {
    info.dims.push_back(std::max<std::int64_t>(dim, kUnknownDim));
  }
  // This version of the interface shows an unknown rank as no dimensions.
  info.has_rank = !info.dims.empty();
  return info;
}

}  // namespace acc::ort

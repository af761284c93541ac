// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/constants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/text.h"
#include "model/tflite/sparse.h"
#include "tensor/codes.h"

namespace acc::model::tflite {
namespace {

// Of zeros: a file may claim any dims.
constexpr std::uint64_t kMostVariableBytes = std::uint64_t{1} << 30;

Result<Tensor> Zeros(const FileTensor& tensor) {
  const auto count = ElementCount(tensor.dims);
  const std::uint64_t bytes = count ? ByteSize(tensor.type, *count) : kMostVariableBytes + 1;
  if (bytes > kMostVariableBytes) {
    return Failure(
        fmt::format("{} {} is no size of a state", Name(tensor.type), ToText(tensor.dims)));
  }
  return Tensor::Create(tensor.type, tensor.dims, std::vector<std::byte>(bytes));
}

Result<Tensor> Stored(const FileTensor& tensor) {
  if (tensor.data.empty() && tensor.record->is_variable()) return Zeros(tensor);
  if (tensor.record->sparsity() != nullptr) {
    return Densified(*tensor.record->sparsity(), tensor.type, tensor.dims, tensor.data);
  }
  return Tensor::Create(tensor.type, tensor.dims, {tensor.data.begin(), tensor.data.end()});
}

// An encoding has 32 bits at most.
Status CheckCodes(const TensorView& stored) {
  if (stored.type != ElementType::kInt64) return OkStatus();
  ACC_ASSIGN_OR_RETURN(const std::vector<std::int64_t> codes, ToIntegers(stored));
  const auto has_32_bits = [](std::int64_t code) { return std::in_range<std::int32_t>(code); };
  const auto wide = std::ranges::find_if_not(codes, has_32_bits);
  if (wide == codes.end()) return OkStatus();
  return Failure(
      fmt::format("its code {} has more than the 32 bits that the target stores", *wide));
}

}  // namespace

Result<Tensor> ConstantValue(const FileTensor& tensor) {
  auto value = Stored(tensor);
  if (value.ok() && tensor.encoding) {
    const Status checked = CheckCodes(value->view());
    if (!checked.ok()) value = checked;
  }
  if (value.ok() && tensor.encoding) value = Dequantized(value->view(), *tensor.encoding);
  if (value.ok()) return value;
  return value.status().WithContext(fmt::format("constant '{}'", Printable(tensor.name)));
}

}  // namespace acc::model::tflite

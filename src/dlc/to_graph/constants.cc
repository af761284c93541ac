// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/constants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/text.h"
#include "tensor/codes.h"

namespace acc::dlc {
namespace {

// Fails, saying what a tensor of these dims `has` or `is`, for an axis or a number of channels that
// does not fit, for impossible bitwidths and for steps that are no numbers.
Status CheckEncoding(const TensorEncoding& encoding, const Shape& dims) {
  constexpr int kMostBits = 32;
  const auto rank = static_cast<int>(dims.size());
  if (encoding.axis && (*encoding.axis < 0 || *encoding.axis >= rank)) {
    return Failure(fmt::format("is quantized along axis {}, which it lacks", *encoding.axis));
  }
  const std::size_t channels = LayoutOf(dims, encoding.axis).channels;
  if (encoding.channels.size() != channels) {
    return Failure(
        fmt::format("has {} encodings for {} channels", encoding.channels.size(), channels));
  }
  for (const Encoding& channel : encoding.channels) {
    if (channel.bitwidth < 2 || channel.bitwidth > kMostBits || !std::isfinite(channel.scale)) {
      return Failure(fmt::format("has an encoding of {} bits with a step of {}", channel.bitwidth,
                                 channel.scale));
    }
  }
  return OkStatus();
}

Status Damaged(const Tensor& tensor, std::string_view why) {
  return Failure(fmt::format("the static tensor '{}' of {} elements of type {} {}",
                             Printable(tensor.name), ToText(tensor.dims), Name(tensor.type), why));
}

bool IsFourBit(DataType type) { return type == DataType::kSfixed4 || type == DataType::kUfixed4; }

int BitsOf(DataType type) {
  if (IsFourBit(type)) return 4;
  return static_cast<int>(ByteSize(StoredType(type), 1)) * 8;
}

std::vector<std::int64_t> Nibbles(std::span<const std::byte> bytes, std::size_t count) {
  std::vector<std::int64_t> codes(count);
  const bool packed = bytes.size() < count;
  for (std::size_t i = 0; i < count; ++i) {
    const auto byte = std::to_integer<unsigned>(bytes[packed ? i / 2 : i]);
    codes[i] = static_cast<std::int64_t>(packed && i % 2 == 1 ? byte >> 4 : byte & 15U);
  }
  return codes;
}

// Codes counted from 0, whatever the sign of the stored ones.
std::vector<std::int64_t> Codes(const Tensor& tensor, std::size_t count) {
  const std::int64_t bits = BitsOf(tensor.type);
  const std::int64_t half = IsSigned(tensor.type) ? std::int64_t{1} << (bits - 1) : 0;
  std::vector<std::int64_t> codes;
  if (IsFourBit(tensor.type)) {
    codes = Nibbles(tensor.data, count);
    // Two's complement: flipping the sign bit counts from 0.
    for (std::int64_t& code : codes) code ^= half;
    return codes;
  }
  const TensorView stored{StoredType(tensor.type), tensor.dims, tensor.data};
  if (auto integers = ToIntegers(stored); integers.ok()) codes = *std::move(integers);
  for (std::int64_t& code : codes) code += half;
  return codes;
}

Result<acc::Tensor> Dequantized(const Tensor& tensor, std::size_t count) {
  if (!tensor.encoding || tensor.encoding->is_float) {
    return Damaged(tensor, "has no encoding, so that its codes mean nothing");
  }
  const Status usable = CheckEncoding(*tensor.encoding, tensor.dims);
  if (!usable.ok()) return Damaged(tensor, usable.message());
  const ChannelLayout layout = LayoutOf(tensor.dims, tensor.encoding->axis);
  const std::vector<std::int64_t> codes = Codes(tensor, count);
  std::vector<float> values(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const Encoding& channel = tensor.encoding->channels[(i / layout.inner) % layout.channels];
    values[i] = static_cast<float>(ValueOf(codes[i], channel));
  }
  return acc::Tensor::FromFloats(tensor.dims, values);
}

Status CheckSize(const Tensor& tensor, std::uint64_t count) {
  std::uint64_t expected = ByteSize(StoredType(tensor.type), count);
  if (tensor.data.empty() && expected > 0) {
    return Damaged(tensor, "has no data here; give the DLC itself instead of its description");
  }
  // A byte each, or half a one.
  if (IsFourBit(tensor.type) && tensor.data.size() == count) expected = count;
  if (tensor.data.size() == expected) return OkStatus();
  return Damaged(tensor, fmt::format("has {} bytes of data instead of {}; the file is damaged",
                                     tensor.data.size(), expected));
}

}  // namespace

ElementType GraphType(DataType type) {
  if (IsFixedPoint(type) || type == DataType::kFloat16) return ElementType::kFloat32;
  return StoredType(type);
}

Result<acc::Tensor> ConstantValue(const Tensor& tensor) {
  const auto count = ElementCount(tensor.dims);
  if (!count) return Damaged(tensor, "has impossible dims");
  if (GraphType(tensor.type) == ElementType::kUndefined) {
    return Damaged(tensor, "cannot be read: its type is not supported");
  }
  ACC_RETURN_IF_ERROR(CheckSize(tensor, *count));
  if (IsFixedPoint(tensor.type)) return Dequantized(tensor, *count);
  ACC_ASSIGN_OR_RETURN(acc::Tensor value,
                       acc::Tensor::Create(StoredType(tensor.type), tensor.dims,
                                           {tensor.data.begin(), tensor.data.end()}));
  if (tensor.type != DataType::kFloat16) return value;
  ACC_ASSIGN_OR_RETURN(const std::vector<float> floats, ToFloats(value.view()));
  return acc::Tensor::FromFloats(tensor.dims, floats);
}

Result<acc::Tensor> Requantized(const acc::Tensor& value, const TensorEncoding& encoding) {
  if (encoding.is_float) return value;
  ACC_RETURN_IF_ERROR(CheckEncoding(encoding, value.dims()));
  ACC_ASSIGN_OR_RETURN(const std::vector<float> values, ToFloats(value.view()));
  return acc::Tensor::FromFloats(value.dims(), FakeQuantized(values, value.dims(), encoding));
}

}  // namespace acc::dlc

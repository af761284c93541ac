// SPDX-License-Identifier: BSD-3-Clause
#include "features/encodings/static_values.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/files.h"
#include "tensor/codes.h"
#include "tensor/half.h"

namespace acc::features {
namespace {

using dlc::DataType;

bool IsFourBits(DataType type) { return type == DataType::kSfixed4 || type == DataType::kUfixed4; }

template <typename T>
void Load(std::span<const std::byte> data, std::size_t first, std::span<double> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    T number;
    std::memcpy(&number, data.data() + (first + i) * sizeof(T), sizeof(T));
    numbers[i] = static_cast<double>(number);
  }
}

void LoadHalf(std::span<const std::byte> data, std::size_t first, std::span<double> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, data.data() + (first + i) * sizeof(half), sizeof(half));
    numbers[i] = FloatFromHalf(half);
  }
}

void LoadFourBits(std::span<const std::byte> data, bool packed, bool is_signed, std::size_t first,
                  std::span<double> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t at = first + i;
    const auto byte = std::to_integer<unsigned>(data[packed ? at / 2 : at]);
    const unsigned nibble = (packed && at % 2 == 1 ? byte >> 4 : byte) & 0xFU;
    numbers[i] = static_cast<double>(nibble) - (is_signed && nibble >= 8 ? 16 : 0);
  }
}

// The elements from `first` on, as they are stored.
void LoadNumbers(const dlc::Tensor& tensor, bool packed, std::size_t first,
                 std::span<double> numbers) {
  if (IsFourBits(tensor.type)) {
    return LoadFourBits(tensor.data, packed, IsSigned(tensor.type), first, numbers);
  }
  switch (StoredType(tensor.type)) {
    case ElementType::kInt8: return Load<std::int8_t>(tensor.data, first, numbers);
    case ElementType::kUint8:
    case ElementType::kBool: return Load<std::uint8_t>(tensor.data, first, numbers);
    case ElementType::kInt16: return Load<std::int16_t>(tensor.data, first, numbers);
    case ElementType::kUint16: return Load<std::uint16_t>(tensor.data, first, numbers);
    case ElementType::kInt32: return Load<std::int32_t>(tensor.data, first, numbers);
    case ElementType::kUint32: return Load<std::uint32_t>(tensor.data, first, numbers);
    case ElementType::kInt64: return Load<std::int64_t>(tensor.data, first, numbers);
    case ElementType::kUint64: return Load<std::uint64_t>(tensor.data, first, numbers);
    case ElementType::kFloat16: return LoadHalf(tensor.data, first, numbers);
    case ElementType::kFloat64: return Load<double>(tensor.data, first, numbers);
    default: return Load<float>(tensor.data, first, numbers);
  }
}

bool IsQuantized(const dlc::Tensor& tensor) {
  return tensor.encoding && !tensor.encoding->is_float && dlc::IsFixedPoint(tensor.type);
}

// From numbers as stored to values, in place.
void Dequantize(const dlc::Tensor& tensor, std::size_t first, std::span<double> numbers) {
  const TensorEncoding& encoding = *tensor.encoding;
  const ChannelLayout layout =
      encoding.axis ? LayoutOf(tensor.dims, encoding.axis) : ChannelLayout{1, numbers.size()};
  std::size_t channel = encoding.axis ? (first / layout.inner) % layout.channels : 0;
  std::size_t left = encoding.axis ? layout.inner - first % layout.inner : numbers.size();
  for (std::size_t at = 0; at < numbers.size();) {
    const Encoding& entry = encoding.channels[channel];
    const std::int64_t middle = IsSigned(tensor.type) ? Steps(entry.bitwidth) / 2 + 1 : 0;
    const auto shift = static_cast<double>(middle + entry.offset);
    const std::size_t end = std::min(numbers.size(), at + left);
    for (; at < end; ++at) numbers[at] = entry.scale * (numbers[at] + shift);
    left = layout.inner;
    channel = channel + 1 == layout.channels ? 0 : channel + 1;
  }
}

bool EncodingFits(const dlc::Tensor& tensor) {
  if (!IsQuantized(tensor)) return true;
  const TensorEncoding& encoding = *tensor.encoding;
  if (!encoding.axis) return !encoding.channels.empty();
  return *encoding.axis >= 0 && static_cast<std::size_t>(*encoding.axis) < tensor.dims.size() &&
         LayoutOf(tensor.dims, encoding.axis).channels == encoding.channels.size();
}

}  // namespace

bool HasValues(const dlc::Tensor& tensor) {
  const std::optional<std::uint64_t> count = ElementCount(tensor.dims);
  if (!count || *count == 0 || tensor.data.empty()) return false;
  if (IsFourBits(tensor.type)) {
    const bool fits = tensor.data.size() == *count || tensor.data.size() == (*count + 1) / 2;
    return fits && EncodingFits(tensor);
  }
  const ElementType stored = StoredType(tensor.type);
  return stored != ElementType::kUndefined && ByteSize(stored, *count) == tensor.data.size() &&
         EncodingFits(tensor);
}

StaticValues::StaticValues(const dlc::Tensor& tensor)
    : tensor_(tensor),
      count_(*ElementCount(tensor.dims)),
      packed_(IsFourBits(tensor.type) && tensor.data.size() != count_) {}

void StaticValues::Release(std::uint64_t first, std::uint64_t count) const {
  const std::size_t pair = packed_ ? 2 : 1;
  const std::size_t size = packed_ ? 1 : tensor_.data.size() / count_;
  const std::size_t begin = first / pair * size;
  ReleaseMemory(tensor_.data.subspan(begin, count / pair * size));
}

void StaticValues::Read(std::uint64_t first, std::span<double> values) const {
  LoadNumbers(tensor_, packed_, first, values);
  if (IsQuantized(tensor_)) Dequantize(tensor_, first, values);
}

void StaticValues::Read(std::uint64_t first, std::span<float> values) const {
  std::vector<double> numbers(values.size());
  Read(first, numbers);
  std::ranges::transform(numbers, values.begin(),
                         [](double number) { return static_cast<float>(number); });
}

}  // namespace acc::features

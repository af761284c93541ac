// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/wide_pair.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "tensor/half.h"

namespace acc {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

template <typename Stored>
Stored Load(const std::byte* at) {
  Stored stored;
  std::memcpy(&stored, at, sizeof stored);
  return stored;
}

WideValue ValueAt(std::span<const std::byte> bytes, ElementType type, std::uint64_t index) {
  const std::byte* at = bytes.data() + index * ByteSize(type, 1);
  switch (type) {
    case ElementType::kFloat64: return {Load<double>(at), 0};
    case ElementType::kFloat32: return {Load<float>(at), 0};
    case ElementType::kFloat16: return {FloatFromHalf(Load<std::uint16_t>(at)), 0};
    case ElementType::kBfloat16: return {FloatFromBfloat(Load<std::uint16_t>(at)), 0};
    case ElementType::kInt8: return {static_cast<double>(Load<std::int8_t>(at)), 0};
    case ElementType::kInt16: return {static_cast<double>(Load<std::int16_t>(at)), 0};
    case ElementType::kUint16: return {static_cast<double>(Load<std::uint16_t>(at)), 0};
    case ElementType::kInt32: return {static_cast<double>(Load<std::int32_t>(at)), 0};
    case ElementType::kUint32: return {static_cast<double>(Load<std::uint32_t>(at)), 0};
    case ElementType::kInt64: return WideFromInt(Load<std::int64_t>(at));
    case ElementType::kUint64: return WideFromUint(Load<std::uint64_t>(at));
    default:  // uint8 and bool.
      return {static_cast<double>(Load<std::uint8_t>(at)), 0};
  }
}

Result<MappedFile> OpenElements(const WideFile& file) {
  const bool is_number = file.type != ElementType::kUndefined &&
                         file.type != ElementType::kString && file.type != ElementType::kInt4 &&
                         file.type != ElementType::kUint4;
  ACC_ASSIGN_OR_RETURN(MappedFile mapped, MappedFile::Open(file.path));
  if (!is_number || mapped.bytes().size() % ByteSize(file.type, 1) != 0) {
    return Failure(fmt::format("cannot read tensor file '{}': its {} bytes are no {} values",
                               Printable(file.path.native()), mapped.bytes().size(),
                               Name(file.type)));
  }
  return mapped;
}

// For each axis of the target, the distance between neighbours in the golden file.
std::vector<std::uint64_t> GoldenStrides(const Shape& dims, const Permutation& golden_to_target) {
  const Shape golden = Permute(dims, Inverse(golden_to_target));
  std::vector<std::uint64_t> strides(golden.size(), 1);
  for (std::size_t axis = golden.size(); axis-- > 1;) {
    strides[axis - 1] = strides[axis] * static_cast<std::uint64_t>(golden[axis]);
  }
  std::vector<std::uint64_t> moved;
  for (const int axis : golden_to_target) moved.push_back(strides[static_cast<std::size_t>(axis)]);
  return moved;
}

}  // namespace

bool IsWide(ElementType type) {
  switch (type) {
    case ElementType::kFloat64:
    case ElementType::kInt32:
    case ElementType::kUint32:
    case ElementType::kInt64:
    case ElementType::kUint64: return true;
    default: return false;
  }
}

WideValue WideFromInt(std::int64_t value) {
  const auto high = static_cast<double>(value);
  // What rounding up made 2^63 has no int64_t; all differences are taken modulo 2^64.
  const std::uint64_t rounded = high == kTwoTo63
                                    ? std::uint64_t{1} << 63
                                    : static_cast<std::uint64_t>(static_cast<std::int64_t>(high));
  const std::uint64_t rest = static_cast<std::uint64_t>(value) - rounded;
  return {high, static_cast<double>(static_cast<std::int64_t>(rest))};
}

WideValue WideFromUint(std::uint64_t value) {
  const auto high = static_cast<double>(value);
  const std::uint64_t rounded = high == 2 * kTwoTo63 ? 0 : static_cast<std::uint64_t>(high);
  return {high, static_cast<double>(static_cast<std::int64_t>(value - rounded))};
}

Result<WidePair> WidePair::Open(const WideFile& golden, const WideFile& target, const Shape& dims,
                                const Permutation& golden_to_target) {
  ACC_ASSIGN_OR_RETURN(MappedFile golden_file, OpenElements(golden));
  ACC_ASSIGN_OR_RETURN(MappedFile target_file, OpenElements(target));
  const std::uint64_t golden_count = golden_file.bytes().size() / ByteSize(golden.type, 1);
  const std::uint64_t count = target_file.bytes().size() / ByteSize(target.type, 1);
  const bool moves = !golden_to_target.empty() && !IsIdentity(golden_to_target);
  if (golden_count != count || (moves && ElementCount(dims) != count)) {
    return Failure(fmt::format("the exact copies '{}' and '{}' hold {} and {} elements",
                               Printable(golden.path.native()), Printable(target.path.native()),
                               golden_count, count));
  }
  WidePair pair(std::move(golden_file), std::move(target_file), golden.type, target.type);
  pair.count_ = count;
  if (moves) {
    pair.dims_.assign(dims.begin(), dims.end());
    pair.strides_ = GoldenStrides(dims, golden_to_target);
  }
  return pair;
}

void WidePair::Read(std::uint64_t first, std::span<WideValue> golden,
                    std::span<WideValue> target) const {
  for (std::size_t index = 0; index < target.size(); ++index) {
    target[index] = ValueAt(target_.bytes(), target_type_, first + index);
  }
  if (!dims_.empty()) return ReadMoved(first, golden);
  for (std::size_t index = 0; index < golden.size(); ++index) {
    golden[index] = ValueAt(golden_.bytes(), golden_type_, first + index);
  }
}

void WidePair::ReadMoved(std::uint64_t first, std::span<WideValue> golden) const {
  for (std::size_t index = 0; index < golden.size(); ++index) {
    std::uint64_t rest = first + index;
    std::uint64_t source = 0;
    for (std::size_t axis = dims_.size(); axis-- > 0; rest /= dims_[axis]) {
      source += rest % dims_[axis] * strides_[axis];
    }
    golden[index] = ValueAt(golden_.bytes(), golden_type_, source);
  }
}

}  // namespace acc

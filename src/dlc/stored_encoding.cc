// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/stored_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace acc::dlc {
namespace {

// Overrides of a float DLC stand on float tensors; they count from 0 as they are.
bool CountsFromMinus(DataType type) { return IsSigned(type) && !IsFloat(StoredType(type)); }

std::uint32_t Bits(DataType type) {
  return static_cast<std::uint32_t>(ByteSize(StoredType(type), 2) * 4);
}

std::int64_t Codes(std::uint32_t bitwidth) { return std::int64_t{1} << bitwidth; }

}  // namespace

Result<std::optional<Encoding>> FromStored(const StoredEncoding& stored, DataType type) {
  if (stored.scale == 0 && stored.min == 0 && stored.max == 0) return std::optional<Encoding>();
  const std::uint32_t bitwidth = stored.bitwidth != 0 ? stored.bitwidth : Bits(type);
  if (bitwidth < 1 || bitwidth > 32 || (IsFixedPoint(type) && bitwidth > Bits(type))) {
    return Failure(fmt::format("a bitwidth of {} for elements of {}", bitwidth, Name(type)));
  }
  const bool finite =
      std::isfinite(stored.scale) && std::isfinite(stored.min) && std::isfinite(stored.max);
  if (!finite || stored.scale < 0 || stored.max < stored.min) {
    return Failure(fmt::format("scale {}, min {}, max {}", FormatDouble(stored.scale),
                               FormatDouble(stored.min), FormatDouble(stored.max)));
  }
  Encoding encoding = {.bitwidth = static_cast<int>(bitwidth),
                       .min = stored.min,
                       .max = stored.max,
                       .scale = stored.scale,
                       .offset = stored.offset};
  const double steps = static_cast<double>(Codes(bitwidth) - 1);
  if (stored.scale == 0) {
    encoding.scale = (stored.max - stored.min) / steps;
    if (encoding.scale == 0) return Failure("min equal to max, and no scale");
    encoding.offset = std::llround(std::clamp(stored.min / encoding.scale, -0x1p40, 0x1p40));
  } else if (CountsFromMinus(type)) {
    encoding.offset -= Codes(bitwidth) / 2;
  }
  if (stored.min == 0 && stored.max == 0) {
    encoding.min = encoding.scale * static_cast<double>(encoding.offset);
    encoding.max = encoding.scale * (static_cast<double>(encoding.offset) + steps);
  }
  encoding.symmetric =
      stored.symmetric || (CountsFromMinus(type) && encoding.offset == -Codes(bitwidth) / 2);
  return std::optional<Encoding>(encoding);
}

Result<std::optional<TensorEncoding>> FromStored(std::span<const StoredEncoding> entries,
                                                 std::optional<int> axis, const Tensor& tensor) {
  const auto rank = static_cast<int>(tensor.dims.size());
  const auto count = static_cast<std::int64_t>(entries.size());
  TensorEncoding encoding = {.axis = axis};
  if (axis) {
    encoding.axis = *axis < 0 ? *axis + rank : *axis;
    const bool fits = *encoding.axis >= 0 && *encoding.axis < rank;
    if (!fits || tensor.dims[*encoding.axis] != count) {
      return Failure(
          fmt::format("{} channels along axis {} of {}", count, *axis, ToText(tensor.dims)));
    }
  } else if (count != 1) {
    return Failure(fmt::format("{} entries without an axis", count));
  }
  encoding.channels.reserve(entries.size());
  for (const StoredEncoding& entry : entries) {
    ACC_ASSIGN_OR_RETURN(const std::optional<Encoding> channel, FromStored(entry, tensor.type));
    if (channel) encoding.channels.push_back(*channel);
  }
  if (encoding.channels.empty()) return std::optional<TensorEncoding>();
  if (encoding.channels.size() < entries.size()) return Failure("channels without a scale");
  return std::optional<TensorEncoding>(std::move(encoding));
}

StoredEncoding ToStored(const Encoding& encoding, DataType type) {
  const auto bitwidth = static_cast<std::uint32_t>(encoding.bitwidth);
  return {.bitwidth = bitwidth,
          .min = encoding.min,
          .max = encoding.max,
          .scale = encoding.scale,
          .offset = encoding.offset + (CountsFromMinus(type) ? Codes(bitwidth) / 2 : 0),
          .symmetric = encoding.symmetric};
}

}  // namespace acc::dlc

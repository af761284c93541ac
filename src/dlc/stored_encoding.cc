// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/stored_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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
  if (stored.scale == 0 && stored.min == 0 && stored.max == 0) {
    return std::optional<Encoding>();
  }
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

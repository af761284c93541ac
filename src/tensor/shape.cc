// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/shape.h"

#include <algorithm>

#include "base/text.h"

namespace acc {

bool IsStatic(const Shape& dims) {
  return std::all_of(dims.begin(), dims.end(), [](std::int64_t dim) { return dim >= 0; });
}

std::optional<std::uint64_t> ElementCount(const Shape& dims) {
  constexpr std::uint64_t kMax = std::uint64_t{1} << 62;
  if (!IsStatic(dims)) return std::nullopt;
  if (std::find(dims.begin(), dims.end(), 0) != dims.end()) return 0;
  std::uint64_t count = 1;
  for (const std::int64_t dim : dims) {
    if (count > kMax / static_cast<std::uint64_t>(dim)) return std::nullopt;
    count *= static_cast<std::uint64_t>(dim);
  }
  return count;
}

std::string ToText(const Shape& dims) {
  if (dims.empty()) return "scalar";
  std::string text;
  for (const std::int64_t dim : dims) {
    if (!text.empty()) text += 'x';
    text += dim < 0 ? "?" : std::to_string(dim);
  }
  return text;
}

std::optional<Shape> ShapeFromText(std::string_view text) {
  Shape dims;
  if (Trim(text).empty()) return dims;
  for (const std::string& part : Split(text, ',')) {
    const std::optional<std::int64_t> dim = ParseInt(Trim(part));
    if (!dim || *dim < 0) return std::nullopt;
    dims.push_back(*dim);
  }
  return dims;
}

}  // namespace acc

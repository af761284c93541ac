// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/numbers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <variant>
#include <vector>

namespace acc::dlc {

std::int64_t SaturatedTo32Bits(std::int64_t number) {
  using Limits = std::numeric_limits<std::int32_t>;
  return std::clamp<std::int64_t>(number, Limits::min(), Limits::max());
}

std::int64_t SaturatedTo32Bits(double number) {
  if (std::isnan(number)) return 0;
  using Limits = std::numeric_limits<std::int32_t>;
  return static_cast<std::int64_t>(std::clamp<double>(number, Limits::lowest(), Limits::max()));
}

model::Node SaturatedTo32Bits(model::Node node) {
  for (auto& [name, attribute] : node.attributes) {
    if (auto* number = std::get_if<std::int64_t>(&attribute)) *number = SaturatedTo32Bits(*number);
    if (auto* numbers = std::get_if<std::vector<std::int64_t>>(&attribute)) {
      for (std::int64_t& number : *numbers) number = SaturatedTo32Bits(number);
    }
  }
  return node;
}

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/numbers.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

namespace acc::dlc {
namespace {

using Numbers = std::vector<std::int64_t>;

bool IsWithin(std::int64_t number) { return SaturatedTo32Bits(number) == number; }

}  // namespace

std::int64_t SaturatedTo32Bits(std::int64_t number) {
  using Limits = std::numeric_limits<std::int32_t>;
  return std::clamp<std::int64_t>(number, Limits::min(), Limits::max());
}

model::Node SaturatedTo32Bits(model::Node node) {
  for (auto& [name, attribute] : node.attributes) {
    if (auto* number = std::get_if<std::int64_t>(&attribute)) *number = SaturatedTo32Bits(*number);
    if (auto* numbers = std::get_if<Numbers>(&attribute)) {
      for (std::int64_t& number : *numbers) number = SaturatedTo32Bits(number);
    }
  }
  return node;
}

bool IsWithin32Bits(const model::Node& node) {
  return std::ranges::all_of(node.attributes, [](const auto& named) {
    const auto* number = std::get_if<std::int64_t>(&named.second);
    const auto* numbers = std::get_if<Numbers>(&named.second);
    return (number == nullptr || IsWithin(*number)) &&
           (numbers == nullptr || std::ranges::all_of(*numbers, IsWithin));
  });
}

}  // namespace acc::dlc

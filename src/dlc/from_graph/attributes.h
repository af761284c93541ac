// SPDX-License-Identifier: BSD-3-Clause
// Scalar attributes of a DLC's nodes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dlc/model.h"

namespace acc::dlc {

inline Attribute Uint(std::string_view name, std::uint64_t value) {
  return {std::string(name), static_cast<std::uint32_t>(value)};
}
inline Attribute Int(std::string_view name, std::int64_t value) {
  return {std::string(name), static_cast<std::int32_t>(value)};
}
inline Attribute Flag(std::string_view name, bool value) { return {std::string(name), value}; }
inline Attribute Real(std::string_view name, float value) { return {std::string(name), value}; }
inline Attribute Text(std::string_view name, std::string_view value) {
  return {std::string(name), std::string(value)};
}

// A word of the standard, and the number that QNN has for it.
struct Choice {
  std::string_view name;
  std::uint32_t number;
};

// Nothing for a word that QNN does not have.
inline std::optional<std::uint32_t> NumberOf(std::span<const Choice> choices,
                                             std::string_view name) {
  const auto found = std::ranges::find(choices, name, &Choice::name);
  if (found == choices.end()) return std::nullopt;
  return found->number;
}

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include "verify/parameters.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>

#include "base/text.h"

namespace acc::verify {
namespace {

std::string ValueOf(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(std::string(name));
  return found == parameters.end() ? std::string() : found->second;
}

Status BadValue(std::string_view name, std::string_view value, std::string_view wanted) {
  return UsageError(
      fmt::format("parameter '{}' is '{}'; it takes {}", name, Printable(value), wanted));
}

}  // namespace

Result<double> NumberParameter(const Parameters& parameters, std::string_view name, double lowest) {
  const std::string value = ValueOf(parameters, name);
  const std::optional<double> number = ParseDouble(value);
  if (!number || !std::isfinite(*number) || *number < lowest) {
    return BadValue(name, value,
                    lowest == std::numeric_limits<double>::lowest()
                        ? "a number"
                        : fmt::format("a number, {} or more", lowest));
  }
  return *number;
}

Result<std::uint64_t> CountParameter(const Parameters& parameters, std::string_view name,
                                     std::uint64_t lowest) {
  const std::string value = ValueOf(parameters, name);
  const std::optional<std::int64_t> number = ParseInt(value);
  if (!number || *number < 0 || static_cast<std::uint64_t>(*number) < lowest) {
    return BadValue(name, value, fmt::format("a whole number, {} or more", lowest));
  }
  return static_cast<std::uint64_t>(*number);
}

Result<bool> FlagParameter(const Parameters& parameters, std::string_view name) {
  const std::string value = ToLower(ValueOf(parameters, name));
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  return BadValue(name, value, "true or false");
}

}  // namespace acc::verify

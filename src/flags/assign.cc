// SPDX-License-Identifier: BSD-3-Clause
#include "flags/assign.h"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace acc::flags {

const std::string& OnlyWord(const Occurrences& given) { return given.front().front(); }

Result<std::int64_t> PositiveNumber(const Flag& flag, const std::string& word) {
  const std::optional<std::int64_t> number = ParseInt(word);
  if (!number || *number < 1) {
    return UsageError(
        fmt::format("{} takes a whole number above zero, not '{}'", Dashed(flag), Printable(word)));
  }
  return *number;
}

Status Assign(const Flag& /*flag*/, const Occurrences& given, bool& field) {
  field = !given.empty();
  return OkStatus();
}

Status Assign(const Flag& flag, const Occurrences& given, int& field) {
  ACC_ASSIGN_OR_RETURN(const std::int64_t number, PositiveNumber(flag, OnlyWord(given)));
  if (number > std::numeric_limits<int>::max()) {
    return UsageError(fmt::format("{} is too large: {}", Dashed(flag), number));
  }
  field = static_cast<int>(number);
  return OkStatus();
}

Status Assign(const Flag& /*flag*/, const Occurrences& given, std::string& field) {
  field = OnlyWord(given);
  return OkStatus();
}

Status Assign(const Flag& /*flag*/, const Occurrences& given, std::filesystem::path& field) {
  field = OnlyWord(given);
  return OkStatus();
}

Status Assign(const Flag& flag, const Occurrences& given, std::vector<std::string>& field) {
  field.clear();
  for (const std::string& part : Split(OnlyWord(given), ',')) {
    if (const std::string_view name = Trim(part); !name.empty()) field.emplace_back(name);
  }
  if (field.empty()) {
    return UsageError(fmt::format("{} takes names with commas between them", Dashed(flag)));
  }
  return OkStatus();
}

}  // namespace acc::flags

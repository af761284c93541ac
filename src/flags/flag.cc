// SPDX-License-Identifier: BSD-3-Clause
#include "flags/flag.h"

#include <algorithm>

namespace acc::flags {
namespace {

// The value that is given or the default; empty where the flag has neither.
std::string_view ValueOf(std::string_view name, std::span<const Flag> flags, const Given& given) {
  if (const auto found = given.find(name); found != given.end()) {
    return found->second.front().front();
  }
  const Flag* flag = FindFlag(flags, name);
  return flag == nullptr ? std::string_view() : flag->fallback;
}

}  // namespace

const Flag* FindFlag(std::span<const Flag> flags, std::string_view name) {
  const auto flag = std::ranges::find_if(flags, [&](const Flag& row) {
    return !name.empty() && (row.name == name || std::ranges::count(row.aliases, name) > 0);
  });
  return flag == flags.end() ? nullptr : &*flag;
}

const Flag* FindShortFlag(std::span<const Flag> flags, std::string_view short_name) {
  const auto flag = std::ranges::find_if(
      flags, [&](const Flag& row) { return !short_name.empty() && row.short_name == short_name; });
  return flag == flags.end() ? nullptr : &*flag;
}

bool IsNeeded(const Flag& flag, std::span<const Flag> flags, const Given& given) {
  const Section& section = *flag.section;
  if (section.needed != Needed::kAlways || !flag.fallback.empty()) return false;
  return section.condition.empty() ||
         std::ranges::count(section.values, ValueOf(section.condition, flags, given)) > 0;
}

std::string Dashed(const Flag& flag) { return "--" + std::string(flag.name); }

}  // namespace acc::flags

// SPDX-License-Identifier: BSD-3-Clause
#include "flags/given_json.h"

#include <string>
#include <vector>

namespace acc::flags {
namespace {

Json JsonOf(const Flag& flag, const Given& given) {
  const auto found = given.find(flag.name);
  if (flag.is_switch()) return found != given.end();
  if (found == given.end()) return flag.fallback.empty() ? Json() : Json(flag.fallback);
  const Occurrences& occurrences = found->second;
  if (flag.max_words > 1) return flag.repeatable ? Json(occurrences) : Json(occurrences.front());
  Json texts = Json::array();
  for (const std::vector<std::string>& words : occurrences) texts.push_back(words.front());
  return flag.repeatable ? texts : texts.front();
}

}  // namespace

Json GivenAsJson(std::span<const Flag> flags, const Given& given) {
  Json json = Json::object();
  for (const Flag& flag : flags) {
    if (!flag.is_question) json[std::string(flag.name)] = JsonOf(flag, given);
  }
  return json;
}

}  // namespace acc::flags

// SPDX-License-Identifier: BSD-3-Clause
#include "json_mutator.h"

#include <array>
#include <cstdint>
#include <vector>

#include "base/json.h"
#include "random_choice.h"

namespace acc::fuzz {
namespace {

constexpr int kMostChanges = 3;

void Collect(Json& value, std::vector<Json*>& values) {
  values.push_back(&value);
  if (!value.is_structured()) return;
  for (Json& inner : value) Collect(inner, values);
}

class Mutator {
 public:
  explicit Mutator(unsigned int seed) : choose_(seed) {}

  void Change(Json& root, Json& other) {
    for (int left = 1 + choose_.Below(kMostChanges); left > 0; --left) {
      Json& value = Any(root);
      if (choose_.OneIn(6)) {
        value = Json(Any(choose_.OneIn(2) ? root : other));
      } else {
        ChangeValue(value);
      }
    }
  }

 private:
  Json& Any(Json& root) {
    std::vector<Json*> values;
    Collect(root, values);
    return *values[static_cast<std::size_t>(choose_.Below(static_cast<int>(values.size())))];
  }

  void ChangeValue(Json& value) {
    if (choose_.OneIn(12)) {
      value = Other();
    } else if (value.is_object()) {
      ChangeObject(value);
    } else if (value.is_array()) {
      ChangeArray(value);
    } else if (value.is_number_integer()) {
      value = choose_.OneIn(5) ? Json(choose_.Real(1)) : Json(choose_.Integer(value));
    } else if (value.is_number()) {
      value = choose_.Real(value);
    } else if (value.is_string()) {
      value = Text(value);
    } else if (value.is_boolean()) {
      value = !value.get<bool>();
    } else {
      value = choose_.Integer(0);
    }
  }

  void ChangeObject(Json& object) {
    if (object.empty()) return;
    auto member = object.begin();
    std::advance(member, choose_.Below(static_cast<int>(object.size())));
    const std::string key = member.key();
    if (choose_.OneIn(2)) {
      object.erase(key);
    } else {
      const Json value = *member;
      object[Text(key)] = value;
    }
  }

  void ChangeArray(Json& array) {
    if (array.empty()) return array.push_back(choose_.Integer(0));
    const auto place = static_cast<std::size_t>(choose_.Below(static_cast<int>(array.size())));
    if (choose_.OneIn(2)) {
      const Json copy = array[place];
      array.push_back(copy);
    } else {
      array.erase(place);
    }
  }

  Json Other() {
    static const std::array<Json, 9> kOthers = {
        Json(),        Json(true),     Json(std::uint64_t{1} << 63),
        Json(-1),      Json(1e300),    Json(""),
        Json::array(), Json::object(), Json::array({1, "a", nullptr})};
    return choose_.Of(kOthers);
  }

  std::string Text(const std::string& old) {
    static constexpr std::array<std::string_view, 16> kTexts = {
        "",      "x",       "y",           "w",    "a",   "NHWC", "NCHW",    "int8",
        "uint8", "float16", "per_channel", "../a", "a/b", "\n",   "\x1b[2J", "true"};
    switch (choose_.Below(4)) {
      case 0: return old + "_";
      case 1: return old.substr(0, old.size() / 2);
      default: return std::string(choose_.Of(kTexts));
    }
  }

  RandomChoice choose_;
};

}  // namespace

std::string MutateJson(std::string_view text, std::string_view more, unsigned int seed) {
  Json value = Json::parse(text, nullptr, false);
  Json other = Json::parse(more, nullptr, false);
  if (value.is_discarded()) return "";
  if (other.is_discarded()) other = value;
  Mutator(seed).Change(value, other);
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace acc::fuzz

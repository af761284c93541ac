// SPDX-License-Identifier: BSD-3-Clause
#include "store/decibels_json.h"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "base/text.h"

namespace acc::store {

Json DecibelsToJson(const std::optional<double>& db) {
  if (!db) return nullptr;
  return std::isfinite(*db) ? Json(*db) : Json(FormatDouble(*db));
}

std::optional<double> DecibelsFromJson(const Json& json) {
  if (json.is_null()) return std::nullopt;
  if (json.is_number()) return json.get<double>();
  const auto text = json.get<std::string>();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  throw std::invalid_argument("'" + Printable(text) + "' is no number of decibels");
}

}  // namespace acc::store

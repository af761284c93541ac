// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include "base/json.h"

namespace acc::store {

// JSON has no infinity: a number is then its text, "inf" or "-inf"; null for nothing.
Json DecibelsToJson(const std::optional<double>& db);
// Throws std::exception for anything else.
std::optional<double> DecibelsFromJson(const Json& json);

}  // namespace acc::store

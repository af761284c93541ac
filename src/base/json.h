// SPDX-License-Identifier: BSD-3-Clause
// JSON files in and out, keys in the order they were written.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/status.h"

namespace acc {

using Json = nlohmann::ordered_json;

// Parses a file. The failure names the file, the line and the column, and says when typographic
// quotes are the cause. Refuses nesting deeper than 512 levels.
Result<Json> ReadJson(const std::filesystem::path& path);

// Parses text; `origin` stands for the file's name in a failure.
Result<Json> ParseJson(std::string_view text, std::string_view origin);

// Writes indented JSON atomically. Strings that are not UTF-8 are written with replacement
// characters.
Status WriteJson(const std::filesystem::path& path, const Json& json);

}  // namespace acc

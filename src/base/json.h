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

// As text for files and terminals: indented by so many spaces, or one line for -1. Strings that are
// not UTF-8 get replacement characters. All control characters are escaped: JSON asks for that
// below U+0020 only, but a terminal obeys those from U+007F to U+009F as well.
std::string DumpJson(const Json& json, int indent = -1);

// Writes indented JSON atomically, as DumpJson().
Status WriteJson(const std::filesystem::path& path, const Json& json);

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
// JSON as text for files and terminals.
#pragma once

#include <string>

#include "base/json.h"

namespace acc {

// Indented by so many spaces, or one line for -1. Strings that are not UTF-8 get replacement
// characters. All control characters are escaped: JSON asks for that below U+0020 only, but a
// terminal obeys those from U+007F to U+009F as well.
std::string DumpJson(const Json& json, int indent = -1);

}  // namespace acc

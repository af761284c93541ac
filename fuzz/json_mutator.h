// SPDX-License-Identifier: BSD-3-Clause
// Changes a JSON text as a value, so that what comes out still parses: numbers, types, members and
// the places of whole parts.
#pragma once

#include <string>
#include <string_view>

namespace acc::fuzz {

// Nothing changed, an empty text, where `text` does not parse. `more` is another text of the kind,
// or empty, from which a part may be taken.
std::string MutateJson(std::string_view text, std::string_view more, unsigned int seed);

}  // namespace acc::fuzz

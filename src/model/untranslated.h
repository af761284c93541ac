// SPDX-License-Identifier: BSD-3-Clause
// Operators that a reader of another format has no translation for.
#pragma once

#include <string_view>

namespace acc::model {

// The domain of such nodes, under the file's own type. Conversion refuses those that the outputs
// need, all at once; a model whose outputs lie before them converts.
inline constexpr std::string_view kUntranslatedDomain = "untranslated";

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
// Function bodies name an output by its argument in the op's definition, "op:argument:index", where
// graphs number them, "op:port".
#pragma once

#include <cstddef>
#include <string_view>

namespace acc::model::tensorflow {

// How many outputs of an op of this type lie before its output `argument`. 0 for types that are not
// known to have several arguments, and for arguments that a known type lacks.
std::size_t FirstPort(std::string_view op_type, std::string_view argument);

}  // namespace acc::model::tensorflow

// SPDX-License-Identifier: BSD-3-Clause
// Names in a message, where there may be thousands.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace acc {

// "'a', 'b', …": the first `most` of `names`, printable and in quotes, and whether there are more;
// "none" where there are none.
std::string FewNames(std::span<const std::string> names, std::size_t most);

}  // namespace acc

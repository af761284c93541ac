// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace acc {

// "1 tensor", "2 tensors": for nouns whose plural ends in s.
std::string Counted(std::size_t count, std::string_view noun);

}  // namespace acc

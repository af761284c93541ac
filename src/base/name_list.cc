// SPDX-License-Identifier: BSD-3-Clause
#include "base/name_list.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace acc {

std::string FewNames(std::span<const std::string> names, std::size_t most) {
  if (names.empty()) return "none";
  std::vector<std::string> few;
  for (const std::string& name : names.first(std::min(names.size(), most))) {
    few.push_back("'" + Printable(name) + "'");
  }
  if (names.size() > most) few.emplace_back("…");
  return Join(few, ", ");
}

}  // namespace acc

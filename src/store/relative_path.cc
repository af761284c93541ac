// SPDX-License-Identifier: BSD-3-Clause
#include "store/relative_path.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace acc::store {

bool StaysInside(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return false;
  const auto components = Split(path, '/');
  return std::none_of(components.begin(), components.end(), [](const std::string& component) {
    return component.empty() || component == "." || component == "..";
  });
}

}  // namespace acc::store

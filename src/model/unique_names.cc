// SPDX-License-Identifier: BSD-3-Clause
#include "model/unique_names.h"

namespace acc::model {

std::string UniqueNames::Take(std::string_view name) {
  std::string candidate(name);
  if (taken_.insert(candidate).second) return candidate;
  int& suffix = last_suffix_[std::string(name)];
  do {
    candidate = std::string(name) + "_" + std::to_string(++suffix);
  } while (!taken_.insert(candidate).second);
  return candidate;
}

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
// Names made distinct by a suffix.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace acc::model {

class UniqueNames {
 public:
  // `name` itself where it is free, otherwise with the first free suffix of "_1", "_2", …
  // The returned name is taken from then on.
  std::string Take(std::string_view name);
  bool Contains(std::string_view name) const { return taken_.contains(std::string(name)); }

 private:
  std::unordered_set<std::string> taken_;
  std::unordered_map<std::string, int> last_suffix_;
};

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
// Pairs golden and target tensors by name, strategy after strategy.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "match/match.h"

namespace acc::match {

// Two names with equal keys are spellings of one name: everything but letters and digits is "_",
// and leading "_" are dropped (converters put one before a leading digit, paths lose a leading
// "/").
std::string NameKey(std::string_view name);

// "a:0" without its ":0"; other names as they are.
std::string_view WithoutPort(std::string_view name);

// NameKey() without a port, for names that may or may not have one.
std::string PortKey(std::string_view name);

struct NamedPair {
  std::size_t golden = 0;  // Index into the golden manifest.
  Strategy strategy = Strategy::kExact;
};

// One entry for each tensor of the target manifest; nothing where no strategy finds a golden one.
std::vector<std::optional<NamedPair>> PairNames(const store::Manifest& golden,
                                                const store::Manifest& target,
                                                const store::TensorMapping* mapping);

}  // namespace acc::match

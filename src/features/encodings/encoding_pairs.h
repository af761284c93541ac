// SPDX-License-Identifier: BSD-3-Clause
// Which encoding of one file is which of another.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acc::features {

// How two names were found to mean one tensor, the most trustworthy first.
enum class NameRule {
  kExact,
  kSanitized,        // Equal where everything but letters and digits is "_".
  kPort,             // Equal without ":0".
  kQuantizerSuffix,  // Equal without what quantizers put behind names: "_QuantizeLinear_Output".
};
inline constexpr std::size_t kNameRules = 4;
std::string_view Name(NameRule rule);

enum class Section { kActivation, kParam, kUnknown };  // Unknown: the file does not say.

struct NamedEntry {
  std::string_view name;
  Section section = Section::kUnknown;
};

struct NamePair {
  std::size_t second = 0;
  NameRule rule = NameRule::kExact;
};

// The twin of each entry of `first`, or nothing. A better rule takes its pairs before a weaker one
// looks, and pairs within a section come before pairs across (tools disagree about constants). No
// entry has two twins; names that a rule makes equal within one file are left to the next rule.
std::vector<std::optional<NamePair>> PairEntries(std::span<const NamedEntry> first,
                                                 std::span<const NamedEntry> second);

}  // namespace acc::features

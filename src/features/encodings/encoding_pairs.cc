// SPDX-License-Identifier: BSD-3-Clause
#include "features/encodings/encoding_pairs.h"

#include <unordered_map>

#include "match/names.h"

namespace acc::features {
namespace {

constexpr std::array<std::string_view, 4> kSuffixes = {
    "_QuantizeLinear_Output", "_DequantizeLinear_Output", "_QuantizeLinear", "_DequantizeLinear"};

std::string Itself(std::string_view name) { return std::string(name); }
std::string SuffixKey(std::string_view name) {
  for (const std::string_view suffix : kSuffixes) {
    if (name.ends_with(suffix) && name.size() > suffix.size()) {
      name.remove_suffix(suffix.size());
      break;
    }
  }
  return match::PortKey(name);
}

struct RuleInfo {
  std::string_view name;
  std::string (*key)(std::string_view name);
};
constexpr std::array<RuleInfo, kNameRules> kRules = {{
    {"exact", &Itself},
    {"sanitized", &match::NameKey},
    {"without :0", &match::PortKey},
    {"quantizer's suffix", &SuffixKey},
}};

constexpr std::size_t kSeveral = static_cast<std::size_t>(-1);

// Key to the only entry that has it and no twin yet, or to kSeveral.
using Index = std::unordered_map<std::string, std::size_t>;

std::string KeyOf(const NamedEntry& entry, const RuleInfo& rule, bool within_section) {
  std::string key = rule.key(entry.name);
  if (within_section) key += static_cast<char>('0' + static_cast<int>(entry.section));
  return key;
}

class Pairing {
 public:
  Pairing(std::span<const NamedEntry> first, std::span<const NamedEntry> second)
      : first_(first), second_(second), pairs_(first.size()), taken_(second.size(), false) {}

  void Apply(NameRule rule, bool within_section) {
    const RuleInfo& info = kRules[static_cast<std::size_t>(rule)];
    Index first_index;
    Index second_index;
    for (std::size_t i = 0; i < first_.size(); ++i) {
      if (!pairs_[i]) Insert(first_index, KeyOf(first_[i], info, within_section), i);
    }
    for (std::size_t i = 0; i < second_.size(); ++i) {
      if (!taken_[i]) Insert(second_index, KeyOf(second_[i], info, within_section), i);
    }
    for (const auto& [key, first] : first_index) {
      const auto second = second_index.find(key);
      if (first == kSeveral || second == second_index.end() || second->second == kSeveral) continue;
      pairs_[first] = NamePair{second->second, rule};
      taken_[second->second] = true;
    }
  }

  std::vector<std::optional<NamePair>> Take() { return std::move(pairs_); }

 private:
  static void Insert(Index& index, std::string key, std::size_t entry) {
    const auto [place, added] = index.emplace(std::move(key), entry);
    if (!added) place->second = kSeveral;
  }

  std::span<const NamedEntry> first_;
  std::span<const NamedEntry> second_;
  std::vector<std::optional<NamePair>> pairs_;
  std::vector<bool> taken_;
};

}  // namespace

std::string_view Name(NameRule rule) { return kRules[static_cast<std::size_t>(rule)].name; }

std::vector<std::optional<NamePair>> PairEntries(std::span<const NamedEntry> first,
                                                 std::span<const NamedEntry> second) {
  Pairing pairing(first, second);
  for (std::size_t rule = 0; rule < kNameRules; ++rule) {
    for (const bool within_section : {true, false}) {
      pairing.Apply(static_cast<NameRule>(rule), within_section);
    }
  }
  return pairing.Take();
}

}  // namespace acc::features

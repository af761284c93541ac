// SPDX-License-Identifier: BSD-3-Clause
#include "match/names.h"

#include <cctype>
#include <functional>
#include <unordered_map>

namespace acc::match {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Key to the only tensor that has it, or to kNone where several do.
using Index = std::unordered_map<std::string, std::size_t>;
using KeyOf = std::string (*)(std::string_view name);

std::string Itself(std::string_view name) { return std::string(name); }
std::string BaseName(std::string_view name) {
  return std::string(WithoutPort(name.substr(name.rfind('/') + 1)));
}

struct Round {
  Strategy strategy;
  KeyOf key;
};
constexpr Round kRounds[] = {{Strategy::kExact, &Itself},
                             {Strategy::kSanitized, &NameKey},
                             {Strategy::kPort, &PortKey},
                             {Strategy::kBaseName, &BaseName}};

Index IndexBy(const std::vector<store::TensorRecord>& tensors, KeyOf key) {
  Index index;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto [entry, added] = index.emplace(key(tensors[i].name), i);
    if (!added) entry->second = kNone;
  }
  return index;
}

std::size_t Find(const Index& index, const std::string& key) {
  const auto found = index.find(key);
  return found == index.end() ? kNone : found->second;
}

class Pairing {
 public:
  Pairing(const store::Manifest& golden, const store::Manifest& target)
      : golden_(golden.tensors),
        target_(target.tensors),
        pairs_(target.tensors.size()),
        claimed_(golden.tensors.size(), false) {
    for (const Round& round : kRounds) golden_index_.push_back(IndexBy(golden_, round.key));
  }

  // Names of a mapping are exact, but may be spelled as the other tools spell them.
  void ByMapping(const store::TensorMapping& mapping) {
    std::vector<Index> target_index;
    for (const Round& round : kRounds) target_index.push_back(IndexBy(target_, round.key));
    for (const auto& [target_name, golden_name] : mapping) {
      const std::size_t target = FindSpelling(target_index, target_name);
      if (target != kNone) Claim(target, FindSpelling(golden_index_, golden_name));
    }
  }

  void BySource() {
    for (std::size_t i = 0; i < target_.size(); ++i) {
      if (!pairs_[i] && !target_[i].source.empty()) {
        Claim(i, FindSpelling(golden_index_, target_[i].source));
      }
    }
  }

  void ByKey() {
    for (std::size_t round = 0; round < std::size(kRounds); ++round) {
      const Index target_index = IndexBy(target_, kRounds[round].key);
      for (std::size_t i = 0; i < target_.size(); ++i) {
        const std::string key = kRounds[round].key(target_[i].name);
        if (pairs_[i] || Find(target_index, key) != i) continue;
        const std::size_t golden = Find(golden_index_[round], key);
        if (golden == kNone || claimed_[golden]) continue;
        pairs_[i] = NamedPair{golden, kRounds[round].strategy};
        claimed_[golden] = true;
      }
    }
  }

  std::vector<std::optional<NamedPair>> Take() { return std::move(pairs_); }

 private:
  // By the strategies up to kPort; a base name is too weak for a name that somebody wrote down.
  static std::size_t FindSpelling(const std::vector<Index>& indices, const std::string& name) {
    for (std::size_t round = 0; round + 1 < std::size(kRounds); ++round) {
      const std::size_t found = Find(indices[round], kRounds[round].key(name));
      if (found != kNone) return found;
    }
    return kNone;
  }

  void Claim(std::size_t target, std::size_t golden) {
    if (golden == kNone) return;
    pairs_[target] = NamedPair{golden, Strategy::kMapping};
    claimed_[golden] = true;
  }

  const std::vector<store::TensorRecord>& golden_;
  const std::vector<store::TensorRecord>& target_;
  std::vector<std::optional<NamedPair>> pairs_;
  std::vector<bool> claimed_;
  std::vector<Index> golden_index_;  // One for each round.
};

}  // namespace

std::string NameKey(std::string_view name) {
  std::string key;
  key.reserve(name.size());
  for (const char c : name) key += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  const std::size_t first = key.find_first_not_of('_');
  // A name of nothing but signs stays distinct from the empty key.
  return first == std::string::npos ? std::string(name) : key.substr(first);
}

std::string_view WithoutPort(std::string_view name) {
  if (name.size() > 2 && name.ends_with(":0")) name.remove_suffix(2);
  return name;
}

std::string PortKey(std::string_view name) { return NameKey(WithoutPort(name)); }

std::vector<std::optional<NamedPair>> PairNames(const store::Manifest& golden,
                                                const store::Manifest& target,
                                                const store::TensorMapping* mapping) {
  Pairing pairing(golden, target);
  if (mapping != nullptr) pairing.ByMapping(*mapping);
  pairing.BySource();
  pairing.ByKey();
  return pairing.Take();
}

}  // namespace acc::match

// SPDX-License-Identifier: BSD-3-Clause
// From the words of a flag to a field of the options.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "flags/flag.h"

namespace acc::flags {

const std::string& OnlyWord(const Occurrences& given);

// A usage error for anything but a whole number above zero.
Result<std::int64_t> PositiveNumber(const Flag& flag, const std::string& word);

// One overload per type of field. All but the list take the first word of the only occurrence.
Status Assign(const Flag& flag, const Occurrences& given, bool& field);
Status Assign(const Flag& flag, const Occurrences& given, int& field);
Status Assign(const Flag& flag, const Occurrences& given, std::string& field);
Status Assign(const Flag& flag, const Occurrences& given, std::filesystem::path& field);
// Comma-separated names.
Status Assign(const Flag& flag, const Occurrences& given, std::vector<std::string>& field);

template <typename Member>
struct OwnerOf;
template <typename Owner, typename Field>
struct OwnerOf<Field Owner::*> {
  using Type = Owner;
};

// The setter of one field, for Row::set: &Set<&VerificationOptions::share>.
template <auto kMember>
Status Set(const Flag& flag, const Occurrences& given,
           typename OwnerOf<decltype(kMember)>::Type& options) {
  return Assign(flag, given, options.*kMember);
}

}  // namespace acc::flags

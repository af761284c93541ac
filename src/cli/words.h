// SPDX-License-Identifier: BSD-3-Clause
// The words of the command line before the parser sees them: which feature they select, and which
// of them are flags and which are values.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "cli/flags/flag.h"

namespace acc::cli {

struct FeatureChoice {
  Feature feature = Feature::kEndToEnd;
  bool by_deprecated_name = false;
  // The words without the flag that selects the feature, unless that flag takes a value.
  std::vector<std::string> rest;
};

// A usage error for two features at once.
Result<FeatureChoice> ChooseFeature(std::span<const std::string> words);

// Whether one of the words is that flag, whatever is wrong with the others.
bool HasFlag(Feature feature, std::span<const std::string> words, std::string_view name);

// Every word of MarkedWords that is a value starts with this character.
inline constexpr char kValueMark = '\x1f';

// Rewrites each flag to its long name ("-bbw", "–bbw" and "--bias_bitwidth=8" alike) and marks each
// value, so that no later reader takes a value for a flag or the reverse. Dashes may be typographic
// (copied from a web page). A word that starts with a dash is a value where it contains a blank or
// is a number; otherwise a value with a dash is written --flag=value. Unknown flags stay as they
// are. A usage error for a flag without its value and for a switch with one.
Result<std::vector<std::string>> MarkedWords(Feature feature, std::span<const std::string> words);

}  // namespace acc::cli

// SPDX-License-Identifier: BSD-3-Clause
// The words of the command line: which feature they select, and which of them are flags and which
// are values.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "features/features.h"
#include "flags/flag.h"

namespace acc::cli {

// How messages call a feature: "--verification", or "the end-to-end run".
std::string Title(const features::Feature& feature);

struct FeatureChoice {
  const features::Feature* feature = nullptr;
  bool by_deprecated_name = false;
  // The words without the flag that selects the feature, unless that flag takes a value.
  std::vector<std::string> rest;
};

// A usage error for two features at once.
Result<FeatureChoice> ChooseFeature(std::span<const std::string> words);

// Whether one of the words is that flag, whatever is wrong with the others.
bool HasFlag(const features::Feature& feature, std::span<const std::string> words,
             std::string_view name);

// What a word is, whatever stands around it.
struct Token {
  enum class Kind { kFlag, kUnknownFlag, kValue };
  Kind kind = Kind::kValue;
  const flags::Flag* flag = nullptr;  // Of kFlag.
  std::string text;                   // The value; of an unknown flag the word as it was written.
};

// Takes each flag in any of its spellings ("-bbw", "–bbw" and "--bias_bitwidth" alike) and splits
// "--flag=value". Dashes may be typographic (copied from a web page). A word that starts with a
// dash is a value where it contains a blank or is a number; otherwise a value with a dash is
// written
// --flag=value. A usage error for a flag without its value and for a switch with one.
Result<std::vector<Token>> Tokens(const features::Feature& feature,
                                  std::span<const std::string> words);

}  // namespace acc::cli

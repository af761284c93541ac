// SPDX-License-Identifier: BSD-3-Clause
#include "cli/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace acc::cli {
namespace {

using features::Feature;
using features::Features;
using flags::Dashed;
using flags::FindFlag;
using flags::FindShortFlag;
using flags::Flag;

// Hyphen, non-breaking hyphen, figure dash, en dash, em dash, horizontal bar, minus.
constexpr std::array<std::string_view, 7> kTypographicDashes = {
    "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212"};

// A word split after its leading dashes, and its name from "=value".
struct DashedWord {
  std::size_t dashes = 0;
  bool typographic = false;
  std::string_view name;
  std::optional<std::string_view> value;
};

DashedWord SplitDashes(std::string_view word) {
  DashedWord split;
  while (!word.empty()) {
    const auto dash = std::ranges::find_if(kTypographicDashes, [&](std::string_view candidate) {
      return word.starts_with(candidate);
    });
    if (word.front() == '-') {
      word.remove_prefix(1);
    } else if (dash != kTypographicDashes.end()) {
      word.remove_prefix(dash->size());
      split.typographic = true;
    } else {
      break;
    }
    ++split.dashes;
  }
  const std::size_t equals = word.find('=');
  split.name = word.substr(0, equals);
  if (equals != std::string_view::npos) split.value = word.substr(equals + 1);
  return split;
}

// The row that the word names, or null.
const Flag* NamedFlag(const Feature& feature, const DashedWord& word) {
  if (word.typographic) {
    const Flag* flag = FindFlag(feature.flags, word.name);
    return flag != nullptr ? flag : FindShortFlag(feature.flags, word.name);
  }
  if (word.dashes == 2) return FindFlag(feature.flags, word.name);
  return word.dashes == 1 ? FindShortFlag(feature.flags, word.name) : nullptr;
}

bool IsLetter(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

bool LooksLikeFlag(const std::string& text, const DashedWord& word) {
  return word.dashes > 0 && !word.name.empty() && IsLetter(word.name.front()) &&
         word.name.find_first_of(" \t\n") == std::string_view::npos && !ParseDouble(text);
}

Status MissingValue(const Flag& flag, std::string_view next) {
  const std::string follows =
      next.empty() ? "" : fmt::format(", but '{}' follows", Printable(next));
  return UsageError(fmt::format(
      "{0} needs a value, {1}{2}. A value that starts with a dash is written {0}=VALUE.",
      Dashed(flag), flag.placeholder, follows));
}

bool TakesValue(const Feature& feature) { return FindFlag(feature.flags, feature.flag) != nullptr; }

const Feature* SelectedBy(const DashedWord& word) {
  const auto selects = [&](const Feature* feature) {
    return !feature->flag.empty() &&
           (word.name == feature->flag || word.name == feature->deprecated_flag);
  };
  const auto feature = std::ranges::find_if(Features(), selects);
  const bool dashed = word.typographic || word.dashes == 2;
  const bool found =
      dashed && feature != Features().end() && (!word.value || TakesValue(**feature));
  return found ? *feature : nullptr;
}

}  // namespace

std::string Title(const Feature& feature) {
  return feature.flag.empty() ? "the end-to-end run" : "--" + std::string(feature.flag);
}

Result<FeatureChoice> ChooseFeature(std::span<const std::string> words) {
  FeatureChoice choice{.feature = Features().back()};
  for (const std::string& text : words) {
    const DashedWord word = SplitDashes(text);
    const Feature* selected = SelectedBy(word);
    if (selected == nullptr) {
      choice.rest.push_back(text);
      continue;
    }
    if (choice.feature != Features().back() && choice.feature != selected) {
      return UsageError(fmt::format("{} and {} exclude each other; run one after the other",
                                    Title(*choice.feature), Title(*selected)));
    }
    choice.feature = selected;
    choice.by_deprecated_name |= word.name == selected->deprecated_flag;
    if (TakesValue(*selected)) choice.rest.push_back(text);
  }
  return choice;
}

bool HasFlag(const Feature& feature, std::span<const std::string> words, std::string_view name) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    const Flag* flag = NamedFlag(feature, SplitDashes(word));
    return flag != nullptr && flag->name == name;
  });
}

Result<std::vector<Token>> Tokens(const Feature& feature, std::span<const std::string> words) {
  using Kind = Token::Kind;
  std::vector<Token> tokens;
  const Flag* waiting = nullptr;  // The flag whose value must come next.
  for (const std::string& text : words) {
    const DashedWord word = SplitDashes(text);
    const Flag* flag = NamedFlag(feature, word);
    const bool is_value = flag == nullptr && !LooksLikeFlag(text, word);
    if (!is_value && waiting != nullptr) return MissingValue(*waiting, text);
    waiting = nullptr;
    if (flag == nullptr) {
      tokens.push_back({is_value ? Kind::kValue : Kind::kUnknownFlag, nullptr, text});
      continue;
    }
    if (flag->is_switch() && word.value) {
      return UsageError(fmt::format("{} takes no value", Dashed(*flag)));
    }
    tokens.push_back({Kind::kFlag, flag, ""});
    if (word.value) {
      tokens.push_back({Kind::kValue, nullptr, std::string(*word.value)});
    } else if (!flag->is_switch()) {
      waiting = flag;
    }
  }
  if (waiting != nullptr) return MissingValue(*waiting, "");
  return tokens;
}

}  // namespace acc::cli

// SPDX-License-Identifier: BSD-3-Clause
#include "cli/given.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/words.h"

namespace acc::cli {
namespace {

using features::Feature;
using features::Features;
using flags::Dashed;
using flags::FindFlag;
using flags::FindShortFlag;
using flags::Flag;
using flags::Given;
using flags::Occurrences;

constexpr std::uint64_t kMaxConfigBytes = std::uint64_t{1} << 24;

// Names of the feature's flags with their dashes, for suggestions.
std::vector<std::string> DashedNames(const Feature& feature) {
  std::vector<std::string> names;
  for (const Flag& flag : feature.flags) {
    names.push_back(Dashed(flag));
    for (const std::string_view alias : flag.aliases) {
      if (!alias.empty()) names.push_back("--" + std::string(alias));
    }
    if (!flag.short_name.empty()) names.push_back("-" + std::string(flag.short_name));
  }
  for (const Feature* other : Features()) {
    if (!other->flag.empty()) names.push_back(Title(*other));
  }
  return names;
}

// " It belongs to --inference_engine and the end-to-end run.", or nothing.
std::string OtherFeatures(const Feature& feature, std::string_view name) {
  std::vector<std::string> others;
  for (const Feature* other : Features()) {
    const bool has_it =
        FindFlag(other->flags, name) != nullptr || FindShortFlag(other->flags, name) != nullptr;
    if (other != &feature && has_it) others.push_back(Title(*other));
  }
  return others.empty() ? "" : fmt::format(" It belongs to {}.", Join(others, " and "));
}

Status UnknownFlag(const Feature& feature, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  const std::string bare = name.substr(std::min(name.find_first_not_of('-'), name.size()));
  std::string hint = OtherFeatures(feature, bare);
  if (hint.empty()) hint = DidYouMean(name, DashedNames(feature));
  return UsageError(fmt::format("{} has no flag '{}'.{}", Title(feature), Printable(name), hint));
}

Status StrayWord(const std::string& word) {
  return UsageError(
      fmt::format("'{}' belongs to no flag. Names and values that contain blanks need quotes.",
                  Printable(word)));
}

Status CanonicalChoice(const Flag& flag, std::string& word) {
  const auto choice = std::ranges::find(flag.choices, ToLower(word),
                                        [](std::string_view name) { return ToLower(name); });
  if (choice == flag.choices.end()) {
    const std::vector<std::string> names(flag.choices.begin(), flag.choices.end());
    return UsageError(fmt::format("{} has no choice '{}'; it is one of {}.{}", Dashed(flag),
                                  Printable(word), Join(names, ", "),
                                  DidYouMean(ToLower(word), names)));
  }
  word = *choice;
  return OkStatus();
}

// What both sources check once the words of a flag are known.
Status CheckOccurrences(const Flag& flag, Occurrences& given) {
  if (flag.is_switch()) return OkStatus();
  if (given.size() > 1 && !flag.repeatable) {
    return UsageError(
        fmt::format("{} is given {} times; it takes one", Dashed(flag), given.size()));
  }
  for (std::vector<std::string>& words : given) {
    if (words.size() < flag.min_words || words.size() > flag.max_words) {
      return UsageError(fmt::format("{} takes {}, found: {}", Dashed(flag), flag.placeholder,
                                    Printable(Join(words, " "))));
    }
    if (words.front().empty()) {
      return UsageError(fmt::format("{} has an empty value", Dashed(flag)));
    }
    if (!flag.choices.empty()) ACC_RETURN_IF_ERROR(CanonicalChoice(flag, words.front()));
  }
  return OkStatus();
}

// Takes the words apart: each value belongs to the flag before it, until that has enough of them.
class Reader {
 public:
  explicit Reader(const Feature& feature) : feature_(&feature) {}

  void Take(const Token& token) {
    switch (token.kind) {
      case Token::Kind::kFlag: return Begin(*token.flag);
      case Token::Kind::kValue: return Add(token);
      case Token::Kind::kUnknownFlag:
        flag_ = nullptr;
        if (unknown_ == nullptr) unknown_ = &token;
    }
  }

  Result<Given> Finish() {
    // A stray word behind an unknown flag is a consequence of it.
    if (unknown_ != nullptr) return UnknownFlag(*feature_, unknown_->text);
    if (stray_ != nullptr) return StrayWord(stray_->text);
    for (auto& [name, occurrences] : given_) {
      ACC_RETURN_IF_ERROR(CheckOccurrences(*FindFlag(feature_->flags, name), occurrences));
    }
    return std::move(given_);
  }

 private:
  void Begin(const Flag& flag) {
    flag_ = flag.is_switch() ? nullptr : &flag;
    Occurrences& occurrences = given_[std::string(flag.name)];
    if (!flag.is_switch() || occurrences.empty()) occurrences.emplace_back();
  }

  void Add(const Token& value) {
    const auto given = flag_ == nullptr ? given_.end() : given_.find(flag_->name);
    if (given != given_.end() && given->second.back().size() < flag_->max_words) {
      given->second.back().push_back(value.text);
    } else if (stray_ == nullptr) {
      stray_ = &value;
    }
  }

  const Feature* feature_;
  const Flag* flag_ = nullptr;  // Whose values come next.
  const Token* unknown_ = nullptr;
  const Token* stray_ = nullptr;
  Given given_;
};

// [1, 224, 224, 3]: dimensions, one word.
bool IsListOfNumbers(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::ranges::all_of(value, [](const Json& item) { return item.is_number(); });
}

Result<std::string> WordFromJson(const Json& value) {
  if (IsListOfNumbers(value)) {
    std::vector<std::string> numbers;
    for (const Json& number : value) numbers.push_back(number.dump());
    return Join(numbers, ",");
  }
  if (value.is_string()) {
    std::string word = value.get<std::string>();
    if (word.find('\0') != std::string::npos) return UsageError("has a text with a zero byte");
    return word;
  }
  if (value.is_number()) return value.dump();
  return UsageError(
      fmt::format("takes texts, numbers or arrays of them, not {}", Printable(value.dump())));
}

Result<std::vector<std::string>> WordsFromJson(const Json& array) {
  std::vector<std::string> words;
  for (const Json& element : array) {
    ACC_ASSIGN_OR_RETURN(std::string word, WordFromJson(element));
    words.push_back(std::move(word));
  }
  return words;
}

std::vector<std::string> SplitWords(const Flag& flag, const std::string& text) {
  return flag.max_words == 1 ? std::vector<std::string>{text} : SplitWhitespace(text);
}

Occurrences OccurrencesFromFlatArray(const Flag& flag, const std::vector<std::string>& elements) {
  Occurrences occurrences;
  for (const std::string& element : elements) occurrences.push_back(SplitWords(flag, element));
  const bool each_is_whole = std::ranges::all_of(
      occurrences, [&](const auto& words) { return words.size() >= flag.min_words; });
  return flag.repeatable && each_is_whole ? occurrences : Occurrences{elements};
}

Result<Occurrences> OccurrencesFromJson(const Flag& flag, const Json& value) {
  if (flag.is_switch()) {
    if (!value.is_boolean()) {
      return UsageError(fmt::format("is true or false, without quotes, not {}", value.dump()));
    }
    return value.get<bool>() ? Occurrences{{}} : Occurrences{};
  }
  if (!value.is_array()) {
    ACC_ASSIGN_OR_RETURN(const std::string word, WordFromJson(value));
    return Occurrences{SplitWords(flag, word)};
  }
  const bool nested = std::ranges::any_of(
      value, [](const Json& item) { return item.is_array() && !IsListOfNumbers(item); });
  if (!nested) {
    ACC_ASSIGN_OR_RETURN(const std::vector<std::string> elements, WordsFromJson(value));
    return elements.empty() ? Occurrences{} : OccurrencesFromFlatArray(flag, elements);
  }
  Occurrences occurrences;
  for (const Json& item : value) {
    ACC_ASSIGN_OR_RETURN(std::vector<std::string> words,
                         WordsFromJson(item.is_array() ? item : Json::array({item})));
    occurrences.push_back(std::move(words));
  }
  return occurrences;
}

Result<const Flag*> FlagOfKey(const Feature& feature, const std::string& key) {
  const std::string name = key.substr(std::min(key.find_first_not_of('-'), key.size()));
  const auto selects = [&](const Feature* other) {
    return !name.empty() && (name == other->flag || name == other->deprecated_flag);
  };
  if (std::ranges::any_of(Features(), selects)) {
    return UsageError(fmt::format("'{}' selects a feature; that is done on the command line", key));
  }
  const Flag* flag = FindFlag(feature.flags, name);
  if (flag == nullptr) flag = FindShortFlag(feature.flags, name);
  if (flag == nullptr) {
    const bool is_short = std::ranges::any_of(Features(), [&](const Feature* other) {
      return FindShortFlag(other->flags, name) != nullptr;
    });
    return UnknownFlag(feature, key.starts_with('-') ? key : (is_short ? "-" : "--") + key);
  }
  if (flag->is_question) {
    return UsageError(fmt::format("{} can be given on the command line only", Dashed(*flag)));
  }
  return flag;
}

Status AddFromJson(const Feature& feature, const std::string& key, const Json& value,
                   Given& given) {
  ACC_ASSIGN_OR_RETURN(const Flag* flag, FlagOfKey(feature, key));
  if (value.is_null()) return OkStatus();
  Result<Occurrences> occurrences = OccurrencesFromJson(*flag, value);
  if (!occurrences.ok()) {
    return UsageError(fmt::format("{} {}", Dashed(*flag), occurrences.status().message()));
  }
  if (occurrences->empty()) return OkStatus();
  ACC_RETURN_IF_ERROR(CheckOccurrences(*flag, *occurrences));
  if (!given.emplace(flag->name, std::move(*occurrences)).second) {
    return UsageError(fmt::format("{} is given twice", Dashed(*flag)));
  }
  return OkStatus();
}

}  // namespace

Result<Given> GivenInWords(const Feature& feature, std::span<const std::string> words) {
  ACC_ASSIGN_OR_RETURN(const std::vector<Token> tokens, Tokens(feature, words));
  Reader reader(feature);
  for (const Token& token : tokens) reader.Take(token);
  return reader.Finish();
}

Result<Given> GivenInConfig(const Feature& feature, const std::filesystem::path& path) {
  ACC_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxConfigBytes));
  const Result<Json> parsed = ParseJson(text, path.native());
  if (!parsed.ok()) return UsageError(parsed.status().message());
  const Json& config = *parsed;
  if (!config.is_object()) {
    return UsageError(fmt::format("{}: the file of --args_config holds one JSON object of flags",
                                  Printable(path.string())));
  }
  Given given;
  for (const auto& [key, value] : config.items()) {
    ACC_RETURN_IF_ERROR(
        AddFromJson(feature, key, value, given).WithContext(Printable(path.string())));
  }
  return given;
}

Result<Given> Merge(Given words, const Given& config) {
  std::vector<std::string> twice;
  for (const auto& [name, occurrences] : config) {
    if (!words.emplace(name, occurrences).second) twice.push_back("--" + name);
  }
  if (!twice.empty()) {
    return UsageError(fmt::format(
        "given on the command line and in the file of --args_config: {}. Give each in one place.",
        Join(twice, ", ")));
  }
  return words;
}

}  // namespace acc::cli

// SPDX-License-Identifier: BSD-3-Clause
#include "cli/shorthand.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "cli/given.h"
#include "cli/help.h"
#include "cli/words.h"
#include "features/features.h"
#include "features/shorthand/shorthand.h"

namespace acc::cli {
namespace {

// In the order of the feature's table, which is that of the help.
std::vector<std::string> WordsOf(const features::Feature& feature, const flags::Given& given) {
  std::vector<std::string> words;
  for (const flags::Flag& flag : feature.flags) {
    const auto found = given.find(flag.name);
    if (found == given.end()) continue;
    for (const std::vector<std::string>& occurrence : found->second) {
      words.push_back(flags::Dashed(flag));
      words.insert(words.end(), occurrence.begin(), occurrence.end());
    }
  }
  return words;
}

bool NeedsQuotes(std::string_view word) {
  constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=/.,:@%";
  return word.empty() || word.find_first_not_of(kSafe) != std::string_view::npos;
}

}  // namespace

bool IsShorthand(std::span<const std::string> words) {
  if (words.empty()) return false;
  const features::Feature& whole = *features::Features().back();
  for (const std::string_view question : {"help", "version"}) {
    if (HasFlag(whole, words, question)) return false;
  }
  const auto tokens = Tokens(whole, words.first(1));
  return tokens.ok() && !tokens->empty() && tokens->front().kind == Token::Kind::kValue;
}

Result<FullCommand> FullCommandOf(std::span<const std::string> words) {
  const features::Feature& whole = *features::Features().back();
  ACC_ASSIGN_OR_RETURN(flags::Given given, GivenInWords(whole, words.subspan(1)));
  if (!given.try_emplace("model_path", flags::Occurrences{{words.front()}}).second) {
    return UsageError("a model is given both as the first word and with --model_path");
  }
  ACC_ASSIGN_OR_RETURN(features::CompletedRun run, features::CompleteRun(std::move(given)));
  return FullCommand{WordsOf(whole, run.given), std::move(run.statements), std::move(run.hint)};
}

std::string CommandText(std::span<const std::string> words) {
  std::string text(kProgram);
  for (const std::string& word : words) {
    text += ' ';
    if (!NeedsQuotes(word)) {
      text += word;
      continue;
    }
    text += '\'';
    for (const char character : word)
      text += character == '\'' ? "'\\''" : std::string(1, character);
    text += '\'';
  }
  return text;
}

}  // namespace acc::cli

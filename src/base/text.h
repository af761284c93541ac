// SPDX-License-Identifier: BSD-3-Clause
// Small text operations that several stages need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acc {

std::vector<std::string> Split(std::string_view text, char separator);
std::vector<std::string> SplitWhitespace(std::string_view text);
std::string_view Trim(std::string_view text);
std::string ToLower(std::string_view text);
std::string Join(std::span<const std::string> parts, std::string_view separator);

// The whole text as a number, in the C locale; nothing for anything else.
std::optional<std::int64_t> ParseInt(std::string_view text);
std::optional<double> ParseDouble(std::string_view text);

// A double as the shortest text that reads back equal; "nan", "inf", "-inf".
std::string FormatDouble(double value);

// The candidate nearest to `word` by edit distance, if near enough to be what was meant.
std::optional<std::string> NearestWord(std::string_view word,
                                       std::span<const std::string> candidates);

// " Did you mean 'x'?" or nothing, to be appended to an error message.
std::string DidYouMean(std::string_view word, std::span<const std::string> candidates);

// Whether the text is well-formed UTF-8 (RFC 3629).
bool IsUtf8(std::string_view text);

// The text cut to at most `max_bytes`, not inside a character where it is UTF-8.
std::string_view CutUtf8(std::string_view text, std::size_t max_bytes);

// Valid UTF-8 without control characters: each bad byte becomes \xNN. For messages, logs and
// reports.
std::string Printable(std::string_view text);

// As Printable(), but "\n" stays: for messages of several lines.
std::string PrintableLines(std::string_view text);

// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/): the same on every machine.
std::uint64_t HashOf(std::string_view text);

// "1 tensor", "2 tensors": for nouns whose plural ends in s.
std::string Counted(std::size_t count, std::string_view noun);

// "'a', 'b', …": the first `most` of `names`, printable and in quotes, and whether there are more;
// "none" where there are none.
std::string FewNames(std::span<const std::string> names, std::size_t most);

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"
#include "flags/assign.h"

namespace acc::features {
namespace {

constexpr std::array<std::string_view, 1> kDissect = {"all"};

std::optional<std::size_t> NumberOf(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The first and the last of "7" and of "7-9".
std::optional<std::pair<std::size_t, std::size_t>> RangeOf(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = NumberOf(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : NumberOf(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return std::pair(*first, *last);
}

Status NoLines(std::string_view text, std::string_view why) {
  return UsageError(fmt::format(
      "--lines '{}' {}; it takes 'all', or numbers of lines of the input list, from 0 on: 0,3,7-9",
      Printable(text), why));
}

Status SetEveryCut(const flags::Flag& /*flag*/, const flags::Occurrences& /*given*/,
                   DissectionOptions& options) {
  options.every_cut = true;
  return OkStatus();
}

}  // namespace

flags::Rows<DissectionOptions> DissectionRows() {
  return {
      {{.name = "only",
        .placeholder = "LAYER",
        .help = "Also write the layer of this tensor or node as a small model of its own, with its "
                "golden inputs and its encodings: what the report of a fault needs."},
       &flags::Set<&DissectionOptions::only>},
      {{.name = "lines",
        .placeholder = "LINES",
        .help = "The lines of the input list that are taken apart, besides the golden run's: all, "
                "or numbers from 0 on as in 0,3,7-9. Each layer then has its error over all of "
                "them, and its worst line."},
       &flags::Set<&DissectionOptions::lines>},
      {{.name = "dissect",
        .placeholder = "WHAT",
        .choices = kDissect,
        .help = "all: cut the model behind every layer, with what comes before on the target and "
                "the rest in float, and not only where halving looks for the one that spoils the "
                "output."},
       &SetEveryCut},
  };
}

Result<std::vector<std::size_t>> ChosenLines(std::string_view text, std::size_t golden,
                                             std::size_t count) {
  std::vector<std::size_t> lines = {golden};
  const auto add = [&](std::size_t line) {
    if (std::ranges::count(lines, line) == 0) lines.push_back(line);
  };
  if (text.empty()) return lines;
  if (text == "all") {
    for (std::size_t line = 0; line < count; ++line) add(line);
    return lines;
  }
  for (const std::string& part : Split(text, ',')) {
    const auto range = RangeOf(part);
    if (!range) return NoLines(text, "names no lines");
    if (range->second >= count) {
      return NoLines(
          text, fmt::format("goes beyond the input list, which has {}", Counted(count, "line")));
    }
    for (std::size_t line = range->first; line <= range->second; ++line) add(line);
  }
  std::ranges::sort(lines.begin() + 1, lines.end());
  return lines;
}

}  // namespace acc::features

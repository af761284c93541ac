// SPDX-License-Identifier: BSD-3-Clause
// A flag of the command line as the row of a table. Parsing, --help, docs/command-line.md, the keys
// of --args_config and the file <feature>_options.json all read these rows; flags/rows.h adds what
// a flag does.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acc::flags {

enum class Needed { kNever, kAlways, kExactlyOne };

// A paragraph of --help.
struct Section {
  std::string_view heading;
  Needed needed = Needed::kNever;  // Of its flags that have no default.
  // Where set: needed only if that flag has one of these values.
  std::string_view condition = {};
  std::span<const std::string_view> values = {};
};

inline constexpr Section kRequired = {.heading = "required arguments", .needed = Needed::kAlways};
inline constexpr Section kOptional = {.heading = "optional arguments"};

struct Flag {
  std::string_view name;                         // Long name, without dashes.
  std::array<std::string_view, 2> aliases = {};  // Further long names.
  std::string_view short_name = {};              // One letter or several: "f", "bbw".
  std::string_view placeholder = {};             // Empty: a switch.
  std::size_t min_words = 1;                     // Of one occurrence, where not a switch.
  std::size_t max_words = 1;
  std::span<const std::string_view> choices = {};  // Of the first word, in any case.
  std::string_view fallback = {};                  // Taken when the flag is not given.
  bool repeatable = false;
  std::string_view excludes = {};  // The name of a flag that must not be given as well.
  const Section* section = &kOptional;
  std::string_view help;
  bool is_question = false;  // To the program itself: stands on the command line alone.
  bool is_alone = false;     // Of a feature that runs by itself: the end-to-end run answers it.

  bool is_switch() const { return placeholder.empty(); }
};

// For `max_words`.
inline constexpr std::size_t kAnyNumber = 1000;

// The words after each occurrence of one flag; a switch has no words.
using Occurrences = std::vector<std::vector<std::string>>;

// What the user gave, by the long names of the flags.
using Given = std::map<std::string, Occurrences, std::less<>>;

// By long name or alias, without dashes; null for an unknown or an empty one.
const Flag* FindFlag(std::span<const Flag> flags, std::string_view name);
const Flag* FindShortFlag(std::span<const Flag> flags, std::string_view short_name);

// Whether the flag has to be given, beside those that are: it has no default, and its section needs
// each of its flags.
bool IsNeeded(const Flag& flag, std::span<const Flag> flags, const Given& given);

// "--framework", as messages name a flag.
std::string Dashed(const Flag& flag);

}  // namespace acc::flags

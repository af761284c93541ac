// SPDX-License-Identifier: BSD-3-Clause
// Flags with what they do to the options of a feature, and how tables of them are put together: a
// feature takes the rows of the parts that its options are made of (the source model, the
// comparison, what every run has), and the end-to-end run those of the features that it runs.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "flags/flag.h"

namespace acc::flags {

template <typename Options>
struct Row {
  Flag flag;
  // Puts the words into the options; a usage error for those that are out of range. Null for a flag
  // that is only recorded.
  std::function<Status(const Flag&, const Occurrences&, Options&)> set;
  // Why the flag, which was given, changes nothing: what follows its name in a warning. Empty text,
  // or null, where it does something. What only the model can tell is for the feature to say.
  std::function<std::string(const Options&, const Occurrences&)> idle;
};

template <typename Options>
using Rows = std::vector<Row<Options>>;

// The rows of a part of the options, for the whole.
template <typename Options, typename Part>
Rows<Options> RowsOf(Part Options::*part, const Rows<Part>& rows) {
  Rows<Options> whole;
  for (const Row<Part>& row : rows) {
    Row<Options>& added = whole.emplace_back(Row<Options>{.flag = row.flag});
    if (row.set) {
      added.set = [part, set = row.set](const Flag& flag, const Occurrences& given,
                                        Options& options) {
        return set(flag, given, options.*part);
      };
    }
    if (row.idle) {
      added.idle = [part, idle = row.idle](const Options& options, const Occurrences& given) {
        return idle(options.*part, given);
      };
    }
  }
  return whole;
}

// The rows of the base of the options.
template <typename Options, typename Base>
Rows<Options> RowsOfBase(const Rows<Base>& rows) {
  Rows<Options> whole;
  for (const Row<Base>& row : rows) whole.push_back({row.flag, row.set, row.idle});
  return whole;
}

// Those of the given names, in the order of the rows.
template <typename Options>
Rows<Options> Picked(const Rows<Options>& rows, std::initializer_list<std::string_view> names) {
  Rows<Options> picked;
  std::ranges::copy_if(rows, std::back_inserter(picked), [&](const Row<Options>& row) {
    return std::ranges::count(names, row.flag.name) > 0;
  });
  return picked;
}

// Each in the section that `section_of` names.
template <typename Options>
Rows<Options> Placed(Rows<Options> rows, const Section& (*section_of)(const Flag&)) {
  for (Row<Options>& row : rows) row.flag.section = &section_of(row.flag);
  return rows;
}

// Each idle where `idle` says why, and otherwise where it was.
template <typename Options>
Rows<Options> IdleWhere(Rows<Options> rows, std::string (*idle)(const Options&)) {
  for (Row<Options>& row : rows) {
    row.idle = [idle, before = row.idle](const Options& options, const Occurrences& given) {
      std::string reason = idle(options);
      return reason.empty() && before ? before(options, given) : reason;
    };
  }
  return rows;
}

// One row for a flag that two parts have: it sets what both set, and is idle where both are.
template <typename Options>
Row<Options> Merged(Row<Options> one, Row<Options> other) {
  Row<Options> both = {.flag = one.flag};
  if (one.set && other.set) {
    both.set = [first = std::move(one.set), second = std::move(other.set)](
                   const Flag& flag, const Occurrences& given, Options& options) {
      const Status status = first(flag, given, options);
      return status.ok() ? second(flag, given, options) : status;
    };
  } else {
    both.set = one.set ? std::move(one.set) : std::move(other.set);
  }
  if (one.idle && other.idle) {
    both.idle = [first = std::move(one.idle), second = std::move(other.idle)](
                    const Options& options, const Occurrences& given) {
      return second(options, given).empty() ? std::string() : first(options, given);
    };
  }
  return both;
}

// Adds `more` behind the rows. A flag that is among them already keeps its place, words and
// section.
template <typename Options>
void Add(Rows<Options>& rows, Rows<Options> more) {
  for (Row<Options>& row : more) {
    const auto known = std::ranges::find(rows, row.flag.name,
                                         [](const Row<Options>& other) { return other.flag.name; });
    if (known == rows.end()) {
      rows.push_back(std::move(row));
    } else {
      *known = Merged(std::move(*known), std::move(row));
    }
  }
}

// Sets the options from what is given, and from the defaults of what is not.
template <typename Options>
Status SetOptions(const Rows<Options>& rows, const Given& given, Options& options) {
  for (const Row<Options>& row : rows) {
    if (!row.set) continue;
    if (const auto found = given.find(row.flag.name); found != given.end()) {
      ACC_RETURN_IF_ERROR(row.set(row.flag, found->second, options));
    } else if (!row.flag.fallback.empty()) {
      ACC_RETURN_IF_ERROR(row.set(row.flag, {{std::string(row.flag.fallback)}}, options));
    }
  }
  return OkStatus();
}

// A warning for each flag that was given and changes nothing.
template <typename Options>
std::vector<std::string> IdleFlags(const Rows<Options>& rows, const Given& given,
                                   const Options& options) {
  std::vector<std::string> warnings;
  for (const Row<Options>& row : rows) {
    const auto found = given.find(row.flag.name);
    if (!row.idle || found == given.end()) continue;
    if (const std::string reason = row.idle(options, found->second); !reason.empty()) {
      warnings.push_back(Dashed(row.flag) + " " + reason);
    }
  }
  return warnings;
}

// What an idle flag's warning says after its name.
inline std::string NoEffect(std::string_view reason) {
  return "has no effect: " + std::string(reason);
}

}  // namespace acc::flags

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <vector>

#include "cli/flags/flag.h"
#include "cli/flags/tables.h"

namespace acc::cli {
namespace {

constexpr std::array kTables = {
    &ModelFlags,           &EngineFlags,           &QuantizationFlags,     &VerificationFlags,
    &FrameworkRunnerFlags, &TensorInspectionFlags, &CompareEncodingsFlags, &DlcInfoFlags,
    &QuantCheckerFlags,    &EveryRunFlags,
};

std::vector<Flag> AllFlags() {
  std::vector<Flag> flags;
  for (const auto table : kTables) {
    flags.insert(flags.end(), table().begin(), table().end());
  }
  return flags;
}

constexpr std::array<std::string_view, 1> kFlagsToCome = {"deep_analyzer"};

}  // namespace

std::span<const Flag> Flags() {
  static const std::vector<Flag> kFlags = AllFlags();
  return kFlags;
}

std::span<const std::string_view> FlagsToCome() { return kFlagsToCome; }

const Flag* FindFlag(Feature feature, std::string_view name) {
  const auto flag = std::ranges::find_if(Flags(), [&](const Flag& row) {
    return row.group(feature) != Group::kNone && !name.empty() &&
           (row.name == name || std::ranges::count(row.aliases, name) > 0);
  });
  return flag == Flags().end() ? nullptr : &*flag;
}

const Flag* FindShortFlag(Feature feature, std::string_view short_name) {
  const auto flag = std::ranges::find_if(Flags(), [&](const Flag& row) {
    return row.group(feature) != Group::kNone && !short_name.empty() &&
           row.short_name == short_name;
  });
  return flag == Flags().end() ? nullptr : &*flag;
}

std::string Dashed(const Flag& flag) { return "--" + std::string(flag.name); }

}  // namespace acc::cli

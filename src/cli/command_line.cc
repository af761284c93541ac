// SPDX-License-Identifier: BSD-3-Clause
#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "cli/given.h"
#include "cli/words.h"
#include "flags/flag.h"

namespace acc::cli {
namespace {

using features::Feature;
using flags::Dashed;
using flags::Flag;
using flags::Given;
using flags::Needed;
using flags::Section;

Status Lacking(const Feature& feature, std::string_view what) {
  const std::string title = feature.flag.empty() ? "" : Title(feature) + " ";
  return UsageError(fmt::format("{} needs {}. See snpe-accuracy-debugger {}--help.", Title(feature),
                                what, title));
}

// Of each section whose flags exclude each other, one flag is given.
Status CheckChoices(const Feature& feature, const Given& given) {
  for (const Section* section : feature.sections) {
    if (section->needed != Needed::kExactlyOne) continue;
    std::vector<std::string> names;
    std::size_t count = 0;
    for (const Flag& flag : feature.flags) {
      if (flag.section != section) continue;
      names.push_back(Dashed(flag));
      count += given.contains(flag.name) ? 1 : 0;
    }
    if (count != 1) {
      return Lacking(
          feature, fmt::format("{} of {}", count == 0 ? "one" : "only one", Join(names, " and ")));
    }
  }
  return OkStatus();
}

Status CheckExclusions(const Feature& feature, const Given& given) {
  for (const Flag& flag : feature.flags) {
    if (!given.contains(flag.name) || !given.contains(flag.excludes)) continue;
    return UsageError(fmt::format("{} and --{} exclude each other", Dashed(flag), flag.excludes));
  }
  return OkStatus();
}

Status CheckComplete(const Feature& feature, const Given& given) {
  std::vector<std::string> missing;
  for (const Flag& flag : feature.flags) {
    if (!given.contains(flag.name) && flags::IsNeeded(flag, feature.flags, given)) {
      missing.push_back(Dashed(flag));
    }
  }
  if (!missing.empty()) return Lacking(feature, Join(missing, ", "));
  ACC_RETURN_IF_ERROR(CheckExclusions(feature, given));
  return CheckChoices(feature, given);
}

Result<Given> AllGiven(const Feature& feature, std::span<const std::string> words) {
  ACC_ASSIGN_OR_RETURN(Given given, GivenInWords(feature, words));
  const auto config = given.find("args_config");
  if (config == given.end()) return given;
  ACC_ASSIGN_OR_RETURN(const Given from_config,
                       GivenInConfig(feature, config->second.front().front()));
  return Merge(std::move(given), from_config);
}

}  // namespace

Result<CommandLine> ParseCommandLine(std::span<const std::string> words) {
  ACC_ASSIGN_OR_RETURN(const FeatureChoice choice, ChooseFeature(words));
  const Feature& feature = *choice.feature;
  CommandLine line;
  if (choice.by_deprecated_name) {
    line.warnings.push_back(
        fmt::format("--{} is an old name; use --{}", feature.deprecated_flag, feature.flag));
  }
  if (HasFlag(feature, choice.rest, "help")) {
    line.request = HelpRequest{&feature};
    return line;
  }
  if (HasFlag(feature, choice.rest, "version")) {
    line.request = VersionRequest{.libraries = HasFlag(feature, choice.rest, "verbose")};
    return line;
  }
  ACC_ASSIGN_OR_RETURN(Given given, AllGiven(feature, choice.rest));
  ACC_RETURN_IF_ERROR(CheckComplete(feature, given));
  ACC_ASSIGN_OR_RETURN(auto options, feature.request_from({.given = std::move(given),
                                                           .command = {words.begin(), words.end()},
                                                           .version = ACC_VERSION}));
  std::ranges::move(options->IdleFlags(), std::back_inserter(line.warnings));
  line.request = FeatureRequest{&feature, std::move(options)};
  return line;
}

}  // namespace acc::cli

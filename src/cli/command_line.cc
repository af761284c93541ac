// SPDX-License-Identifier: BSD-3-Clause
#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/json_dump.h"
#include "base/text.h"
#include "cli/given.h"
#include "cli/words.h"

namespace acc::cli {
namespace {

std::string FirstWord(Feature feature, const Given& given, std::string_view name) {
  const Flag* flag = FindFlag(feature, name);
  if (flag == nullptr) {
    return "";
  }
  const auto found = given.find(flag);
  return found == given.end() ? std::string(flag->fallback) : found->second.front().front();
}

bool IsNeeded(const Flag& flag, Feature feature, bool source_stage) {
  const auto group = std::ranges::find(Groups(), flag.group(feature), &GroupInfo::group);
  if (group == Groups().end() || !flag.fallback.empty()) {
    return false;
  }
  return group->needed == Needed::kAlways ||
         group->needed == (source_stage ? Needed::kAtSourceStage : Needed::kAtStaticStage);
}

std::string HelpCommand(const FeatureInfo& feature) {
  return feature.flag.empty() ? "snpe-accuracy-debugger --help"
                              : fmt::format("snpe-accuracy-debugger --{} --help", feature.flag);
}

// Of each group whose flags exclude each other, one flag is given.
Status CheckChoices(Feature feature, const Given& given) {
  for (const GroupInfo& group : Groups()) {
    std::vector<std::string> names;
    std::size_t count = 0;
    for (const Flag& flag : Flags()) {
      if (group.needed == Needed::kExactlyOne && flag.group(feature) == group.group) {
        names.push_back(Dashed(flag));
        count += given.contains(&flag) ? 1 : 0;
      }
    }
    if (!names.empty() && count != 1) {
      return UsageError(fmt::format("{} needs {} of {}. See {}.", Title(Info(feature)),
                                    count == 0 ? "one" : "only one", Join(names, " and "),
                                    HelpCommand(Info(feature))));
    }
  }
  return OkStatus();
}

Status CheckExclusions(Feature feature, const Given& given) {
  for (const auto& [flag, occurrences] : given) {
    const Flag* other = FindFlag(feature, flag->excludes);
    if (other == nullptr || !given.contains(other)) continue;
    return UsageError(fmt::format("{} and {} exclude each other", Dashed(*flag), Dashed(*other)));
  }
  return OkStatus();
}

Status CheckComplete(Feature feature, const Given& given) {
  const std::string stage = FirstWord(feature, given, "stage");
  std::vector<std::string> missing;
  for (const Flag& flag : Flags()) {
    if (!given.contains(&flag) && IsNeeded(flag, feature, stage.empty() || stage == "source")) {
      missing.push_back(Dashed(flag));
    }
  }
  if (!missing.empty()) {
    return UsageError(fmt::format("{} needs {}. See {}.", Title(Info(feature)), Join(missing, ", "),
                                  HelpCommand(Info(feature))));
  }
  ACC_RETURN_IF_ERROR(CheckExclusions(feature, given));
  return CheckChoices(feature, given);
}

// Each part that the feature hands on tells what was given of its own flags.
void FillCommon(Feature chosen, const Given& given, AllOptions& options) {
  const features::CommonOptions common = options.common;
  const auto fill = [&](Feature feature, features::CommonOptions& part) {
    if (chosen != Feature::kEndToEnd && chosen != feature) return;
    part = common;
    part.given = DumpJson(JsonFrom(feature, given), 2) + "\n";
  };
  fill(Feature::kFrameworkRunner, options.framework_runner.common);
  fill(Feature::kInferenceEngine, options.inference_engine.common);
  fill(Feature::kVerification, options.verification.common);
  fill(Feature::kTensorInspection, options.tensor_inspection.common);
  fill(Feature::kCompareEncodings, options.compare_encodings.common);
  fill(Feature::kDlcInfo, options.dlc_info.common);
  fill(Feature::kQuantChecker, options.quant_checker.common);
  fill(Feature::kEndToEnd, options.common);
}

Result<AllOptions> OptionsFrom(Feature feature, const Given& given) {
  AllOptions options;
  for (const Flag& flag : Flags()) {
    if (flag.set == nullptr || flag.group(feature) == Group::kNone) {
      continue;
    }
    if (const auto found = given.find(&flag); found != given.end()) {
      ACC_RETURN_IF_ERROR(flag.set(flag, found->second, options));
    } else if (!flag.fallback.empty()) {
      ACC_RETURN_IF_ERROR(flag.set(flag, {{std::string(flag.fallback)}}, options));
    }
  }
  return options;
}

// The flags that were given and change nothing.
std::vector<std::string> WarningsOf(Feature feature, const Given& given,
                                    const AllOptions& options) {
  std::vector<std::string> warnings;
  for (const Flag& flag : Flags()) {
    if (flag.idle == nullptr || !given.contains(&flag)) {
      continue;
    }
    if (const std::string idle = flag.idle(feature, options); !idle.empty()) {
      warnings.push_back(fmt::format("{} {}", Dashed(flag), idle));
    }
  }
  return warnings;
}

Request RequestFrom(Feature feature, AllOptions options) {
  switch (feature) {
    case Feature::kFrameworkRunner:
      return std::move(options.framework_runner);
    case Feature::kInferenceEngine:
      return std::move(options.inference_engine);
    case Feature::kVerification:
      return std::move(options.verification);
    case Feature::kTensorInspection:
      return std::move(options.tensor_inspection);
    case Feature::kCompareEncodings:
      return std::move(options.compare_encodings);
    case Feature::kDlcInfo:
      return std::move(options.dlc_info);
    case Feature::kQuantChecker:
      return std::move(options.quant_checker);
    case Feature::kEndToEnd:
      break;
  }
  return features::EndToEndOptions{.common = std::move(options.common),
                                   .framework_runner = std::move(options.framework_runner),
                                   .inference_engine = std::move(options.inference_engine),
                                   .verification = std::move(options.verification)};
}

Result<Given> AllGiven(Feature feature, std::span<const std::string> words) {
  ACC_ASSIGN_OR_RETURN(Given given, GivenInWords(feature, words));
  const std::string config = FirstWord(feature, given, "args_config");
  if (config.empty()) {
    return given;
  }
  ACC_ASSIGN_OR_RETURN(const Given from_config, GivenInConfig(feature, config));
  return Merge(std::move(given), from_config);
}

}  // namespace

Result<CommandLine> ParseCommandLine(std::span<const std::string> words) {
  ACC_ASSIGN_OR_RETURN(const FeatureChoice choice, ChooseFeature(words));
  const Feature feature = choice.feature;
  CommandLine line;
  if (choice.by_deprecated_name) {
    line.warnings.push_back(fmt::format("--{} is an old name; use --{}",
                                        Info(feature).deprecated_flag, Info(feature).flag));
  }
  if (HasFlag(feature, choice.rest, "help")) {
    line.request = HelpRequest{feature};
    return line;
  }
  if (HasFlag(feature, choice.rest, "version")) {
    line.request = VersionRequest{.libraries = HasFlag(feature, choice.rest, "verbose")};
    return line;
  }
  ACC_ASSIGN_OR_RETURN(const Given given, AllGiven(feature, choice.rest));
  ACC_RETURN_IF_ERROR(CheckComplete(feature, given));
  ACC_ASSIGN_OR_RETURN(AllOptions options, OptionsFrom(feature, given));
  const auto warnings = WarningsOf(feature, given, options);
  line.warnings.insert(line.warnings.end(), warnings.begin(), warnings.end());
  options.common.command.assign(words.begin(), words.end());
  options.common.version = ACC_VERSION;
  FillCommon(feature, given, options);
  line.request = RequestFrom(feature, std::move(options));
  return line;
}

}  // namespace acc::cli

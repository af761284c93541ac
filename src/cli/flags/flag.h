// SPDX-License-Identifier: BSD-3-Clause
// One row per flag. Parsing, --help, docs/command-line.md, the keys of --args_config, the file
// <feature>_options.json and the parser's tests all read these rows.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "features/options.h"

namespace acc::cli {

enum class Feature {
  kFrameworkRunner,
  kInferenceEngine,
  kVerification,
  kTensorInspection,
  kCompareEncodings,
  kDlcInfo,
  kQuantChecker,
  kEndToEnd,
};
inline constexpr std::size_t kFeatureCount = static_cast<std::size_t>(Feature::kEndToEnd) + 1;

// A paragraph of --help. Some of them make their flags required.
enum class Group {
  kNone,  // Not a flag of the feature.
  kRequired,
  kSecondSide,
  kOptional,
  kCore,
  kSourceStage,
  kStaticStage,
  kEngineOptional,
  kMapping,
  kRunnerAndEngine,
  kForEngine,
  kForVerification,
  kMoreForRunner,
  kMoreForEngine,
  kMoreForVerification,
};

enum class Needed { kNever, kAlways, kExactlyOne, kAtSourceStage, kAtStaticStage };

struct GroupInfo {
  Group group;
  std::string_view heading;
  Needed needed = Needed::kNever;  // Of its flags that have no default.
};

// In the order of --help.
std::span<const GroupInfo> Groups();

struct FeatureInfo {
  Feature feature;
  // Selects it: "framework_runner"; empty for end to end. It may also be one of the feature's
  // flags, and then takes a value.
  std::string_view flag;
  std::string_view deprecated_flag;  // Its old name, or empty.
  std::string_view title;
  std::string_view summary;
  std::string_view example;  // Arguments of a command, one flag per line.
};

std::span<const FeatureInfo> Features();
const FeatureInfo& Info(Feature feature);

// How messages call a feature: "--verification", or "the end-to-end run".
std::string Title(const FeatureInfo& feature);

// The words after each occurrence of one flag; a switch has no words.
using Occurrences = std::vector<std::vector<std::string>>;

// What the flags of any feature write into, a shared flag into the part of each feature that has
// it; the command line hands on the chosen feature's part.
struct AllOptions {
  features::CommonOptions common;
  features::FrameworkRunnerOptions framework_runner;
  features::InferenceEngineOptions inference_engine;
  features::VerificationOptions verification;
  features::TensorInspectionOptions tensor_inspection;
  features::CompareEncodingsOptions compare_encodings;
  features::DlcInfoOptions dlc_info;
  features::QuantCheckerOptions quant_checker;
};

struct Flag;
using Setter = Status (*)(const Flag& flag, const Occurrences& given, AllOptions& options);
// See idle.h.
using Idle = std::string (*)(Feature feature, const AllOptions& options);

// The paragraphs of one flag, indexed by Feature.
using Places = std::array<Group, kFeatureCount>;
struct Place {
  Feature feature;
  Group group;
};
constexpr Places In(std::initializer_list<Place> places) {
  Places groups = {};
  for (const Place& place : places) {
    groups[static_cast<std::size_t>(place.feature)] = place.group;
  }
  return groups;
}

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
  Places groups = {};
  std::string_view help;
  Setter set = nullptr;  // Null for flags that the command line answers itself.
  Idle idle = nullptr;   // Null for flags that always do something.

  bool is_switch() const { return placeholder.empty(); }
  Group group(Feature feature) const { return groups[static_cast<std::size_t>(feature)]; }
};

// All flags, in the order of --help.
std::span<const Flag> Flags();

// Names of the contract that later versions bring.
std::span<const std::string_view> FlagsToCome();

// By long name or alias, without dashes; null for an unknown one or one of other features only.
const Flag* FindFlag(Feature feature, std::string_view name);
const Flag* FindShortFlag(Feature feature, std::string_view short_name);

// "--framework", as messages name a flag.
std::string Dashed(const Flag& flag);

}  // namespace acc::cli

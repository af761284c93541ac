// SPDX-License-Identifier: BSD-3-Clause
// What must hold for every row of the table, and every row through the real parser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/files.h"
#include "base/json.h"
#include "cli/command_line.h"
#include "cli/feature_testing.h"
#include "cli/flags/flag.h"
#include "cli/given.h"
#include "features/catalog.h"

namespace acc::cli {
namespace {

using Words = std::vector<std::string>;

// Words that the flag accepts.
Words Sample(const Flag& flag) {
  if (flag.is_switch()) {
    return {};
  }
  if (!flag.choices.empty()) {
    return {std::string(flag.choices.front())};
  }
  if (flag.name == "input_tensor") {
    return {"data", "1,3", "data.raw", "int64"};
  }
  if (flag.name == "default_verifier" || flag.name == "verifier") {
    return {"SQNR"};
  }
  if (flag.name == "percentile_calibration_value") {
    return {"99"};
  }
  const bool is_number = flag.name == "memory_budget_mb" || flag.name == "precision";
  return {is_number ? "7" : "value"};
}

Words Selection(Feature feature) {
  const FeatureInfo& info = Info(feature);
  const bool is_its_flag = FindFlag(feature, info.flag) != nullptr;
  return info.flag.empty() || is_its_flag ? Words{} : Words{Title(info)};
}

void Append(Words& words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
}

// The shortest complete command of the feature without one of its flags.
Words CompleteWithout(Feature feature, const Flag* left_out) {
  static const std::set<Group> kNeeding = {Group::kRequired,        Group::kCore,
                                           Group::kSourceStage,     Group::kForEngine,
                                           Group::kRunnerAndEngine, Group::kForVerification};
  Words words = Selection(feature);
  // One flag of the group whose flags exclude each other.
  bool chosen = left_out != nullptr && left_out->group(feature) == Group::kSecondSide;
  for (const Flag& flag : Flags()) {
    if (!chosen && flag.group(feature) == Group::kSecondSide) {
      Append(words, {Dashed(flag), Sample(flag).front()});
      chosen = true;
    }
    if (&flag != left_out && kNeeding.contains(flag.group(feature))) {
      words.push_back(Dashed(flag));
      Append(words, Sample(flag));
    }
  }
  return words;
}

// The options of the feature as the flags that led to them; null after a failure.
Json Parsed(const Words& words) {
  const Result<CommandLine> line = ParseCommandLine(words);
  EXPECT_TRUE(line.ok()) << line.status().message();
  if (!line.ok()) {
    return {};
  }
  return std::visit(
      [](const auto& request) -> Json {
        if constexpr (requires { request.common; }) {
          return *ParseJson(request.common.given, "given");
        } else {
          return {};
        }
      },
      line->request);
}

TEST(FlagsTest, NamesAreUnique) {
  for (const Feature feature : EveryFeature()) {
    std::multiset<std::string> names;
    for (const Flag& flag : Flags()) {
      if (flag.group(feature) == Group::kNone) {
        continue;
      }
      names.insert(std::string(flag.name));
      names.insert(flag.aliases.begin(), flag.aliases.end());
      names.insert("-" + std::string(flag.short_name));
    }
    for (const std::string& name : names) {
      EXPECT_TRUE(name.empty() || name == "-" || names.count(name) == 1) << name;
    }
  }
}

TEST(FlagsTest, RowsAreComplete) {
  const std::set<std::string_view> answered_here = {"help", "version", "args_config"};
  for (const Flag& flag : Flags()) {
    EXPECT_TRUE(flag.help.ends_with('.')) << flag.name;
    EXPECT_EQ(flag.set == nullptr, answered_here.contains(flag.name)) << flag.name;
    EXPECT_TRUE(std::ranges::any_of(flag.groups, [](Group g) { return g != Group::kNone; }))
        << flag.name;
    EXPECT_LE(flag.min_words, flag.max_words) << flag.name;
    EXPECT_TRUE(flag.choices.empty() || flag.fallback.empty() ||
                std::ranges::count(flag.choices, flag.fallback) == 1)
        << flag.name;
    EXPECT_FALSE(flag.is_switch() && !flag.fallback.empty()) << flag.name;
    for (const Feature feature : EveryFeature()) {
      const bool excludes = !flag.excludes.empty() && flag.group(feature) != Group::kNone;
      EXPECT_TRUE(!excludes || FindFlag(feature, flag.excludes) != nullptr) << flag.name;
    }
  }
}

TEST(FlagsTest, RowsOfFeaturesAndGroupsAreInTheOrderOfTheirNames) {
  ASSERT_EQ(Features().size(), kFeatureCount);
  for (const Feature feature : EveryFeature()) {
    EXPECT_EQ(Info(feature).feature, feature);
  }
  for (const Flag& flag : Flags()) {
    for (const Group group : flag.groups) {
      EXPECT_TRUE(group == Group::kNone ||
                  std::ranges::count(Groups(), group, &GroupInfo::group) == 1)
          << flag.name;
    }
  }
}

TEST(FlagsTest, ChoicesAreThoseOfTheCatalog) {
  const auto names = [](std::span<const features::CatalogEntry> entries) {
    std::set<std::string_view> set;
    for (const features::CatalogEntry& entry : entries) {
      set.insert(entry.name);
    }
    return set;
  };
  const auto choices = [](std::string_view name) {
    const Flag* flag = FindFlag(Feature::kEndToEnd, name);
    return std::set<std::string_view>(flag->choices.begin(), flag->choices.end());
  };
  EXPECT_EQ(choices("framework"), names(features::Frameworks()));
  EXPECT_EQ(choices("runtime"), names(features::Runtimes()));
}

TEST(FlagsTest, FlagsToComeAreNotThereYet) {
  for (const std::string_view name : FlagsToCome()) {
    for (const Feature feature : EveryFeature()) {
      EXPECT_EQ(FindFlag(feature, name), nullptr) << name;
    }
  }
}

// Every row of every feature.
struct Case {
  Feature feature;
  const Flag* flag;
};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const Feature feature : EveryFeature()) {
    for (const Flag& flag : Flags()) {
      if (flag.group(feature) != Group::kNone && flag.set != nullptr) {
        cases.push_back({feature, &flag});
      }
    }
  }
  return cases;
}

class EveryFlag : public testing::TestWithParam<Case> {
 protected:
  const Flag& flag() const { return *GetParam().flag; }
  Feature feature() const { return GetParam().feature; }

  // What <feature>_options.json must say about the flag's sample.
  Json Expected() const {
    if (flag().is_switch()) {
      return true;
    }
    const Words words = Sample(flag());
    const Json once = flag().max_words > 1 ? Json(words) : Json(words.front());
    return flag().repeatable ? Json::array({once}) : once;
  }

  void ExpectParsed(const Words& spelling) const {
    Words words = CompleteWithout(feature(), &flag());
    Append(words, spelling);
    EXPECT_EQ(Parsed(words)[std::string(flag().name)], Expected()) << spelling.front();
  }
};

TEST_P(EveryFlag, IsKnownByEachName) {
  Words names = {Dashed(flag())};
  for (const std::string_view alias : flag().aliases) {
    if (!alias.empty()) {
      names.push_back("--" + std::string(alias));
    }
  }
  if (!flag().short_name.empty()) {
    names.push_back("-" + std::string(flag().short_name));
  }
  for (const std::string& name : names) {
    Words spelling = {name};
    Append(spelling, Sample(flag()));
    ExpectParsed(spelling);
  }
}

TEST_P(EveryFlag, TakesItsFirstWordBehindEquals) {
  if (flag().is_switch()) {
    return;
  }
  Words words = Sample(flag());
  words.front() = Dashed(flag()) + "=" + words.front();
  ExpectParsed(words);
}

TEST_P(EveryFlag, StandsInAConfigToo) {
  if (FindFlag(feature(), "args_config") == nullptr) {
    return;
  }
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "every_flag.json";
  const Json config = {{std::string(flag().name), Expected()}};
  ASSERT_TRUE(WriteFile(path, config.dump()).ok());
  ExpectParsed({"--args_config", path.string()});
  std::filesystem::remove(path);
}

INSTANTIATE_TEST_SUITE_P(Table, EveryFlag, testing::ValuesIn(Cases()), [](const auto& test) {
  const std::string feature(Info(test.param.feature).flag);
  return (feature.empty() ? "end_to_end" : feature) + "_" + std::string(test.param.flag->name);
});

TEST(RequiredFlags, AreAllListedAtOnce) {
  for (const Feature feature : EveryFeature()) {
    if (FindFlag(feature, Info(feature).flag) != nullptr) {
      continue;  // What selects the feature is all that it needs.
    }
    const Result<CommandLine> line = ParseCommandLine(Selection(feature));
    ASSERT_FALSE(line.ok());
    EXPECT_EQ(line.status().code(), StatusCode::kUsage);
    const Words complete = CompleteWithout(feature, nullptr);
    const std::string message = line.status().message();
    const std::string list = message.substr(0, message.find(". See"));
    for (const Flag& flag : Flags()) {
      const bool needed = flag.fallback.empty() && flag.group(feature) != Group::kSecondSide &&
                          std::ranges::count(complete, Dashed(flag)) > 0;
      const bool listed = (list + ",").find(" " + Dashed(flag) + ",") != std::string::npos;
      EXPECT_EQ(listed, needed) << flag.name << ": " << message;
    }
  }
}

}  // namespace
}  // namespace acc::cli

// SPDX-License-Identifier: BSD-3-Clause
// What must hold for every row of the table, and every row through the real parser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/files.h"
#include "base/json.h"
#include "cli/command_line.h"
#include "cli/given.h"
#include "cli/words.h"
#include "features/catalog.h"
#include "features/end_to_end/feature.h"
#include "features/features.h"
#include "flags/given_json.h"

namespace acc::cli {
namespace {

using features::Feature;
using features::Features;
using flags::Dashed;
using flags::FindFlag;
using flags::Flag;
using flags::Needed;
using Words = std::vector<std::string>;

// Words that the flag accepts.
Words Sample(const Flag& flag) {
  if (flag.is_switch()) return {};
  if (!flag.choices.empty()) return {std::string(flag.choices.front())};
  if (flag.name == "input_tensor") return {"data", "1,3", "data.raw", "int64"};
  if (flag.name == "default_verifier" || flag.name == "verifier") return {"SQNR"};
  if (flag.name == "percentile_calibration_value") return {"99"};
  const bool is_number = flag.name == "memory_budget_mb" || flag.name == "precision";
  return {is_number ? "7" : "value"};
}

Words Selection(const Feature& feature) {
  const bool is_its_flag = FindFlag(feature.flags, feature.flag) != nullptr;
  return feature.flag.empty() || is_its_flag ? Words{} : Words{Title(feature)};
}

void Append(Words& words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
}

bool IsOneOfSeveral(const Flag& flag) { return flag.section->needed == Needed::kExactlyOne; }

// The shortest complete command of the feature without one of its flags.
Words CompleteWithout(const Feature& feature, const Flag* left_out) {
  static const std::set<std::string_view> kNeeding = {
      "required arguments",
      "Core Arguments",
      "Arguments required for SOURCE stage",
      "Arguments required by both Framework Runner and Inference Engine",
      "Arguments required by Inference Engine",
      "Arguments required by Verification"};
  Words words = Selection(feature);
  // One flag of the section whose flags exclude each other.
  bool chosen = left_out != nullptr && IsOneOfSeveral(*left_out);
  for (const Flag& flag : feature.flags) {
    if (!chosen && IsOneOfSeveral(flag)) {
      Append(words, {Dashed(flag), Sample(flag).front()});
      chosen = true;
    }
    if (&flag != left_out && kNeeding.contains(flag.section->heading)) {
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
  if (!line.ok()) return {};
  const auto* request = std::get_if<FeatureRequest>(&line->request);
  return request == nullptr
             ? Json()
             : flags::GivenAsJson(request->feature->flags, request->options->common().origin.given);
}

TEST(FlagsTest, NamesAreUnique) {
  for (const Feature* feature : Features()) {
    std::multiset<std::string> names;
    for (const Flag& flag : feature->flags) {
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
  for (const Feature* feature : Features()) {
    for (const Flag& flag : feature->flags) {
      EXPECT_TRUE(flag.help.ends_with('.')) << flag.name;
      EXPECT_EQ(flag.is_question, answered_here.contains(flag.name)) << flag.name;
      EXPECT_LE(flag.min_words, flag.max_words) << flag.name;
      EXPECT_TRUE(flag.choices.empty() || flag.fallback.empty() ||
                  std::ranges::count(flag.choices, flag.fallback) == 1)
          << flag.name;
      EXPECT_FALSE(flag.is_switch() && !flag.fallback.empty()) << flag.name;
      EXPECT_TRUE(flag.excludes.empty() || FindFlag(feature->flags, flag.excludes) != nullptr)
          << flag.name;
      EXPECT_EQ(std::ranges::count(feature->sections, flag.section), 1) << flag.name;
    }
  }
}

TEST(FlagsTest, SectionsHaveFlags) {
  for (const Feature* feature : Features()) {
    for (const flags::Section* section : feature->sections) {
      EXPECT_NE(std::ranges::count(feature->flags, section, &Flag::section), 0)
          << feature->title << ": " << section->heading;
      EXPECT_TRUE(section->condition.empty() ||
                  FindFlag(feature->flags, section->condition) != nullptr)
          << section->heading;
    }
  }
}

TEST(FlagsTest, TheFeatureWithoutAFlagIsTheLast) {
  for (const Feature* feature : Features()) {
    EXPECT_EQ(feature->flag.empty(), feature == Features().back()) << feature->title;
  }
}

TEST(FlagsTest, ChoicesAreThoseOfTheCatalog) {
  const auto names = [](std::span<const features::CatalogEntry> entries) {
    std::set<std::string_view> set;
    for (const features::CatalogEntry& entry : entries) set.insert(entry.name);
    return set;
  };
  const auto choices = [](std::string_view name) {
    const Flag* flag = FindFlag(features::EndToEnd().flags, name);
    return std::set<std::string_view>(flag->choices.begin(), flag->choices.end());
  };
  EXPECT_EQ(choices("framework"), names(features::Frameworks()));
  EXPECT_EQ(choices("runtime"), names(features::Runtimes()));
}

// Every row of every feature.
struct Case {
  const Feature* feature;
  const Flag* flag;
};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const Feature* feature : Features()) {
    for (const Flag& flag : feature->flags) {
      if (!flag.is_question) cases.push_back({feature, &flag});
    }
  }
  return cases;
}

class EveryFlag : public testing::TestWithParam<Case> {
 protected:
  const Flag& flag() const { return *GetParam().flag; }
  const Feature& feature() const { return *GetParam().feature; }

  // What <feature>_options.json must say about the flag's sample.
  Json Expected() const {
    if (flag().is_switch()) return true;
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
    if (!alias.empty()) names.push_back("--" + std::string(alias));
  }
  if (!flag().short_name.empty()) names.push_back("-" + std::string(flag().short_name));
  for (const std::string& name : names) {
    Words spelling = {name};
    Append(spelling, Sample(flag()));
    ExpectParsed(spelling);
  }
}

TEST_P(EveryFlag, TakesItsFirstWordBehindEquals) {
  if (flag().is_switch()) return;
  Words words = Sample(flag());
  words.front() = Dashed(flag()) + "=" + words.front();
  ExpectParsed(words);
}

TEST_P(EveryFlag, StandsInAConfigToo) {
  if (FindFlag(feature().flags, "args_config") == nullptr) return;
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "every_flag.json";
  const Json config = {{std::string(flag().name), Expected()}};
  ASSERT_TRUE(WriteFile(path, config.dump()).ok());
  ExpectParsed({"--args_config", path.string()});
  std::filesystem::remove(path);
}

INSTANTIATE_TEST_SUITE_P(Table, EveryFlag, testing::ValuesIn(Cases()), [](const auto& test) {
  const std::string feature(test.param.feature->flag);
  return (feature.empty() ? "end_to_end" : feature) + "_" + std::string(test.param.flag->name);
});

TEST(RequiredFlags, AreAllListedAtOnce) {
  for (const Feature* feature : Features()) {
    if (FindFlag(feature->flags, feature->flag) != nullptr) {
      continue;  // What selects the feature is all that it needs.
    }
    const Result<CommandLine> line = ParseCommandLine(Selection(*feature));
    ASSERT_FALSE(line.ok());
    EXPECT_EQ(line.status().code(), StatusCode::kUsage);
    const Words complete = CompleteWithout(*feature, nullptr);
    const std::string message = line.status().message();
    const std::string list = message.substr(0, message.find(". See"));
    for (const Flag& flag : feature->flags) {
      const bool needed = flag.fallback.empty() && !IsOneOfSeveral(flag) &&
                          std::ranges::count(complete, Dashed(flag)) > 0;
      const bool listed = (list + ",").find(" " + Dashed(flag) + ",") != std::string::npos;
      EXPECT_EQ(listed, needed) << flag.name << ": " << message;
    }
  }
}

}  // namespace
}  // namespace acc::cli

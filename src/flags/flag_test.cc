// SPDX-License-Identifier: BSD-3-Clause
#include "flags/flag.h"

#include <gtest/gtest.h>

#include "flags/given_json.h"

namespace acc::flags {
namespace {

constexpr std::array<std::string_view, 2> kStages = {"source", "compiled"};
constexpr Section kOfSource = {.heading = "of source",
                               .needed = Needed::kAlways,
                               .condition = "stage",
                               .values = std::span(kStages).first(1)};
constexpr Section kOneOf = {.heading = "one of", .needed = Needed::kExactlyOne};

const std::vector<Flag> kFlags = {
    {.name = "stage", .placeholder = "S", .choices = kStages, .fallback = "source"},
    {.name = "model", .short_name = "m", .placeholder = "M", .section = &kOfSource},
    {.name = "list", .aliases = {"lists"}, .placeholder = "L", .section = &kRequired},
    {.name = "bits", .placeholder = "B", .fallback = "8", .section = &kRequired},
    {.name = "one", .placeholder = "O", .section = &kOneOf},
    {.name = "more", .placeholder = "A B", .max_words = 2, .repeatable = true},
    {.name = "help", .is_question = true},
    {.name = "loud"},
};

TEST(FindFlagTest, ByNameAliasAndShortName) {
  EXPECT_EQ(FindFlag(kFlags, "list"), &kFlags[2]);
  EXPECT_EQ(FindFlag(kFlags, "lists"), &kFlags[2]);
  EXPECT_EQ(FindShortFlag(kFlags, "m"), &kFlags[1]);
  EXPECT_EQ(FindFlag(kFlags, "m"), nullptr);
  EXPECT_EQ(FindShortFlag(kFlags, "model"), nullptr);
  // Most flags have no alias and no short name.
  EXPECT_EQ(FindFlag(kFlags, ""), nullptr);
  EXPECT_EQ(FindShortFlag(kFlags, ""), nullptr);
}

TEST(IsNeededTest, WithoutDefaultInASectionThatNeedsAllOfItsFlags) {
  const auto needed = [](const Given& given) {
    std::vector<std::string_view> names;
    for (const Flag& flag : kFlags) {
      if (IsNeeded(flag, kFlags, given)) names.push_back(flag.name);
    }
    return names;
  };
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(needed({}), (Names{"model", "list"}));
  EXPECT_EQ(needed({{"stage", {{"source"}}}}), (Names{"model", "list"}));
  EXPECT_EQ(needed({{"stage", {{"compiled"}}}}), (Names{"list"}));
}

TEST(GivenAsJsonTest, HasEveryFlagButQuestions) {
  const Given given = {{"model", {{"m.onnx"}}}, {"more", {{"a", "b"}, {"c"}}}, {"loud", {{}}}};
  const Json expected = {
      {"stage", "source"}, {"model", "m.onnx"},
      {"list", nullptr},   {"bits", "8"},
      {"one", nullptr},    {"more", Json::array({Json::array({"a", "b"}), Json::array({"c"})})},
      {"loud", true}};
  EXPECT_EQ(GivenAsJson(kFlags, given), expected);
}

}  // namespace
}  // namespace acc::flags

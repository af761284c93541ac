// SPDX-License-Identifier: BSD-3-Clause
#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/scratch_folder_testing.h"

namespace acc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string ErrorOf(std::string_view text) {
  const Result<Json> json = ParseJson(text, "a.json");
  EXPECT_FALSE(json.ok()) << text;
  return json.status().message();
}

std::string Nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(JsonTest, KeepsTheOrderOfKeys) {
  const std::string text = R"({"z":[1,-2,0.5,true,null,"x"],"a":{"n":{}}})";
  EXPECT_EQ(ParseJson(text, "").value().dump(), text);
}

TEST(JsonTest, TakesAByteOrderMark) { EXPECT_EQ(ParseJson("\xEF\xBB\xBF[1]", "").value()[0], 1); }

TEST(JsonTest, FailureNamesFileLineAndColumn) {
  EXPECT_THAT(ErrorOf("{\n  \"a\": 1,\n  \"b\" 2\n}"), HasSubstr("a.json: line 3, column 7: "));
  EXPECT_THAT(ErrorOf(""), HasSubstr("a.json: line 1, column 1"));
  EXPECT_THAT(ErrorOf("[1] x"), HasSubstr("line 1, column 5"));
  EXPECT_THAT(ErrorOf("[\"\xFF\"]"), HasSubstr("line 1, column 3"));
  EXPECT_THAT(ErrorOf("[1,]"), Not(HasSubstr("json.exception")));
  EXPECT_THAT(ErrorOf("[1e999]"), HasSubstr("line 1, column 6: number overflow"));
}

TEST(JsonTest, FailurePointsAtTypographicQuotes) {
  EXPECT_THAT(ErrorOf("{\n  “a”: 1}"),
              AllOf(HasSubstr("line 2, column 3"), HasSubstr("typographic")));
  EXPECT_THAT(ErrorOf("{\"a\": ’x’}"), HasSubstr("typographic"));
  EXPECT_THAT(ErrorOf("{'a': 1}"), Not(HasSubstr("typographic")));
}

TEST(JsonTest, RefusesAKeyThatIsThereTwice) {
  EXPECT_THAT(ErrorOf(R"({"a":1,"b":2,"a":3})"), AllOf(HasSubstr("a.json"), HasSubstr("'a'")));
  EXPECT_TRUE(ParseJson(R"([{"a":1},{"a":{"a":2}}])", "").ok());
}

TEST(JsonTest, RefusesDeepNesting) {
  EXPECT_TRUE(ParseJson(Nested(512), "").ok());
  EXPECT_THAT(ErrorOf(Nested(513)), HasSubstr("deeper than 512"));
  EXPECT_THAT(ErrorOf(std::string(1000000, '[')), HasSubstr("deeper than 512"));
}

TEST(JsonTest, WriteReadsBack) {
  const ScratchFolder scratch;
  const Json json = {{"z", 0.1}, {"a", {1, 2}}};
  ASSERT_TRUE(WriteJson(scratch / "x.json", json).ok());
  EXPECT_EQ(ReadJson(scratch / "x.json").value(), json);
  EXPECT_THAT(ReadFile(scratch / "x.json").value(), HasSubstr("{\n  \"z\": 0.1,"));
}

TEST(JsonTest, WriteReplacesBytesThatAreNoUtf8) {
  const ScratchFolder scratch;
  ASSERT_TRUE(WriteJson(scratch / "x.json", Json{{"name", "a\xFF"}}).ok());
  EXPECT_EQ(ReadJson(scratch / "x.json").value()["name"], "a\uFFFD");
}

TEST(JsonTest, FilesThatCannotBeUsedAreNamed) {
  const ScratchFolder scratch;
  EXPECT_THAT(ReadJson(scratch / "gone.json").status().message(), HasSubstr("gone.json"));
  EXPECT_THAT(WriteJson("/proc/acc/x.json", Json()).message(), HasSubstr("/proc/acc/x.json"));
}

TEST(DumpJson, EscapesEveryControlCharacter) {
  EXPECT_EQ(DumpJson(Json("\x1b\x7f\xC2\x80\xC2\x9B\xC2\x9F")),
            R"("\u001b\u007f\u0080\u009b\u009f")");
}

TEST(DumpJson, LeavesOtherCharactersAlone) {
  const std::string text =
      "gr\xC3\xB6\xC3\x9F"
      "e \xC2\xA0 \xC2\xBF \xE2\x82\xAC";
  EXPECT_EQ(DumpJson(Json(text)), '"' + text + '"');
}

TEST(DumpJson, ReadsBackEqual) {
  const Json json = {{"a\x7f", {1, "\xC2\x9B"}}, {"b", nullptr}};
  EXPECT_EQ(Json::parse(DumpJson(json, 2)), json);
}

TEST(DumpJson, ReplacesWhatIsNoUtf8) { EXPECT_EQ(DumpJson(Json("a\xff")), "\"a\xEF\xBF\xBD\""); }

}  // namespace
}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
#include "base/json_dump.h"

#include <gtest/gtest.h>

namespace acc {
namespace {

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

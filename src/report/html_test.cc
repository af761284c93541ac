// SPDX-License-Identifier: BSD-3-Clause
#include "report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(EscapeHtmlTest, MarkupBecomesText) {
  EXPECT_EQ(EscapeHtml("<script>alert('x')</script> & \"q\""),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;q&quot;");
}

TEST(EscapeHtmlTest, ControlCharactersAndBadBytesShow) {
  EXPECT_EQ(EscapeHtml(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(EscapeHtml("\xFF"), "\\xff");
  EXPECT_EQ(EscapeHtml("größe 层"), "größe 层");
}

TEST(EncodePathTest, EveryUnsafeByteIsEncoded) {
  EXPECT_EQ(EncodePath("a/b-1_2.~"), "a/b-1_2.~");
  EXPECT_EQ(EncodePath("x#y?z%20 :\"<"), "x%23y%3Fz%2520%20%3A%22%3C");
  EXPECT_EQ(EncodePath("ö"), "%C3%B6");
}

TEST(EscapeScriptTest, NothingEndsTheScript) {
  const std::string escaped = EscapeScript("{\"a\":\"</script><!--\u2028\u2029\"}");
  EXPECT_THAT(escaped, Not(HasSubstr("<")));
  EXPECT_EQ(escaped, "{\"a\":\"\\u003c/script>\\u003c!--\\u2028\\u2029\"}");
}

TEST(ShortNameTest, CutsInTheMiddleBetweenCharacters) {
  EXPECT_EQ(ShortName("short", 10), "short");
  EXPECT_EQ(ShortName("0123456789abcdef", 9), "012…abcdef");
  const std::string long_name = std::string(5000, 'x') + "ööö";
  const std::string cut = ShortName(long_name, 100);
  EXPECT_LE(cut.size(), 110u);
  EXPECT_THAT(cut, ::testing::EndsWith("ööö"));
  EXPECT_EQ(EscapeHtml(ShortName("ööööö", 4)), ShortName("ööööö", 4));  // Still valid UTF-8.
}

TEST(Append, EscapesTextsButNotWhatIsHtmlAlready) {
  const std::string text = "<a href='x'>";
  std::string html;
  Append(html, "<p title=\"{}\">{}{}{}</p>", text, std::string_view(text), 7, Html{"<br>"});
  EXPECT_EQ(html, "<p title=\"&lt;a href=&#39;x&#39;&gt;\">&lt;a href=&#39;x&#39;&gt;7<br></p>");
  EXPECT_EQ(FormatHtml("{}{:.1f}", true ? " class=\"b\"" : "", 0.25).text, " class=\"b\"0.2");
  EXPECT_EQ(FormatHtml("<b>{}</b>", FormatHtml("<i>{}</i>", text)).text,
            "<b><i>&lt;a href=&#39;x&#39;&gt;</i></b>");
}

}  // namespace
}  // namespace acc::report

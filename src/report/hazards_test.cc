// SPDX-License-Identifier: BSD-3-Clause
#include "report/hazards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace acc::report {
namespace {

using store::HazardRecord;
using ::testing::AllOf;
using ::testing::HasSubstr;

HazardRecord Measured(double on_target) {
  return {.node = "n",
          .op_type = "Log",
          .text = "is odd.",
          .processor = "HTP",
          .isolated = 3,
          .on_target = on_target};
}

TEST(EvidenceText, SaysWhatWasMeasured) {
  EXPECT_EQ(
      EvidenceText(Measured(4)),
      "alone it has 3.0 dB, and 4.0 dB against the host with the same codes: it is wrong here");
  EXPECT_THAT(EvidenceText(Measured(std::numeric_limits<double>::infinity())),
              HasSubstr("it is right on this input"));
  EXPECT_EQ(EvidenceText({.reason = "no\nroom"}), "it did not run alone: no\\x0aroom");
  HazardRecord cpu = Measured(4);
  cpu.processor = "CPU";
  EXPECT_FALSE(IsProven(cpu));
  EXPECT_THAT(EvidenceText(cpu), HasSubstr("CPU"));
  EXPECT_EQ(EvidenceText({}), "alone it ran, and was not compared with the host");
}

TEST(HazardLine, NamesTheNode) {
  EXPECT_THAT(HazardLine(Measured(4)), AllOf(HasSubstr("Log 'n' is odd. Measured: alone it has")));
}

TEST(HazardsHtml, EscapesAndBeginsWithWhatIsProven) {
  EXPECT_EQ(HazardsHtml({}), "");
  HazardRecord right = Measured(90);
  right.node = "<right>";
  HazardRecord wrong = Measured(4);
  wrong.node = "<wrong>";
  wrong.text = "<t>";
  const std::string html = HazardsHtml({right, wrong});
  EXPECT_THAT(html, AllOf(HasSubstr("&lt;right&gt;"), HasSubstr("&lt;t&gt;")));
  EXPECT_LT(html.find("&lt;wrong&gt;"), html.find("&lt;right&gt;"));
}

}  // namespace
}  // namespace acc::report

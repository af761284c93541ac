// SPDX-License-Identifier: BSD-3-Clause
#include "report/option_overview.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace acc::report {
namespace {

OptionOverview Sample() {
  OptionOverview overview;
  overview.model = "<i>.onnx";
  overview.inputs = 2;
  overview.rows = {{.name = "enhanced",
                    .expected_db = 25,
                    .measured_db = 21.5,
                    .worst_output = "y",
                    .worst_line = "a.raw",
                    .failures = {1, 0, 2},
                    .checks = {4, 0, 3},
                    .noisiest = {"<u>w</u>"}},
                   {.name = "tf",
                    .expected_db = std::numeric_limits<double>::quiet_NaN(),
                    .measured_db = std::numeric_limits<double>::infinity()}};
  overview.causes = {{.tensor = "w",
                      .role = "weight of Conv 'c'",
                      .share = 0.5,
                      .output_db = 24.5,
                      .sqnr_db = 20,
                      .why = "few steps",
                      .remedy = RemedyText{"one range for each output channel", "--x", 20, 41}}};
  overview.remedies_db = 30;
  overview.remedies_file = "overrides/remedies.json";
  return overview;
}

TEST(OptionOverview, PageEscapesWhatStrangersNamed) {
  const std::string html = OverviewHtml(Sample());
  EXPECT_EQ(html.find("<i>.onnx"), std::string::npos);
  EXPECT_EQ(html.find("<u>w</u>"), std::string::npos);
  EXPECT_NE(html.find("21.5 dB"), std::string::npos);
  EXPECT_NE(html.find("1 of 4"), std::string::npos);
}

TEST(OptionOverview, JsonHoldsNumbersThatJsonCannot) {
  const Json json = OverviewJson(Sample());
  EXPECT_EQ(json["options"][0]["measured_db"], 21.5);
  EXPECT_EQ(json["options"][1]["measured_db"], "inf");
  EXPECT_TRUE(json["options"][1]["expected_db"].is_null());
  EXPECT_EQ(json["causes"][0]["remedy"]["after_db"], 41);
  EXPECT_EQ(json["remedies_db"], 30);
}

TEST(OptionOverview, LinesNameOptionsCausesAndRemedies) {
  const auto lines = OverviewLines(Sample());
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_NE(lines[1].find("enhanced"), std::string::npos);
  EXPECT_NE(lines[4].find("one range for each output channel: 41.0 dB"), std::string::npos);
  EXPECT_TRUE(lines[5].ends_with("30.0 dB measured, instead of 21.5 dB"));
  OptionOverview worse = Sample();
  worse.remedies_db = 20;
  EXPECT_TRUE(OverviewLines(worse)[5].ends_with("21.5 dB: together they do not help"));
}

}  // namespace
}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
#include "report/check_report.h"

#include <gtest/gtest.h>

namespace acc::report {
namespace {

CheckTable Sample() {
  return {.kind = Checked::kActivation,
          .rows = {{.op_name = "conv0",
                    .node = "relu",
                    .passes = true,
                    .difference = "min: 0 max: 0.1",
                    .threshold = "10",
                    .algorithm = "minmax",
                    .input = "a.raw"},
                   {.op_name = "conv_tanh_comp1_conv0",
                    .node = "ReLU_6919",
                    .passes = false,
                    .difference = "min: 0.59 max: 17.16",
                    .log_difference = "minabs_diff: 0.59 maxabs_diff: 17.16",
                    .threshold = "0.05",
                    .algorithm = "minmax",
                    .input = "a.raw"}}};
}

TEST(CheckReport, LogsFailuresInTheFormOfTheContract) {
  EXPECT_EQ(
      FailureTable("enhanced", Sample()),
      "<====ACTIVATIONS ANALYSIS FAILURES====>\n"
      "Results for the enhanced quantization:\n"
      "| Op Name | Activation Node | Passes Accuracy | Accuracy Difference | Threshold Used | "
      "Algorithm Used |\n"
      "| conv_tanh_comp1_conv0 | ReLU_6919 | False | minabs_diff: 0.59 maxabs_diff: 17.16 | "
      "0.05 | minmax |\n");
}

TEST(CheckReport, LogsNothingWhereAllPass) {
  CheckTable table = Sample();
  table.rows.pop_back();
  EXPECT_EQ(FailureTable("tf", table), "");
}

TEST(CheckReport, NamesCannotBreakTheLogsTable) {
  CheckTable table = Sample();
  table.rows[1].node = "a|b\nc";
  EXPECT_NE(FailureTable("tf", table).find("| a/b\\x0ac |"), std::string::npos)
      << FailureTable("tf", table);
}

TEST(CheckReport, CsvHasTheColumnsOfTheContract) {
  CsvTable csv;
  AppendCheckHeader(Checked::kActivation, csv);
  AppendCheckRows(Sample(), csv);
  EXPECT_TRUE(csv.content().starts_with(
      "Op Name,Activation Node,Passes Accuracy,Accuracy Difference,Threshold Used,Algorithm Used,"
      "Input\r\nconv0,relu,True,min: 0 max: 0.1,10,minmax,a.raw\r\n"))
      << csv.content();
  CsvTable weights;
  AppendCheckHeader(Checked::kWeight, weights);
  EXPECT_EQ(weights.content(),
            "Op Name,Weight Node,Passes Accuracy,Accuracy Difference,Threshold Used,Algorithm "
            "Used\r\n");
}

TEST(CheckReport, PageEscapesNamesAndBeginsWithFailures) {
  CheckTable table = Sample();
  table.rows[0].op_name = "<script>alert(1)</script>";
  const std::string html = CheckPageHtml({.title = "enhanced, input 0",
                                          .subtitle = "<b>.onnx",
                                          .links = {{"all options", "../overview.html"}},
                                          .tables = {&table},
                                          .assets = "../report_assets"});
  EXPECT_EQ(html.find("<script>alert"), std::string::npos);
  EXPECT_EQ(html.find("<b>.onnx"), std::string::npos);
  EXPECT_LT(html.find("ReLU_6919"), html.find("alert(1)"));
  EXPECT_NE(html.find("1 failed"), std::string::npos);
}

}  // namespace
}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
#include "report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <string>

#include "base/files.h"
#include "base/json.h"
#include "report/summary_testing.h"

namespace acc::report {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ReportTest : public ::testing::Test {
 protected:
  ReportTest() : directory_(fs::path(testing::TempDir()) / ("acc_report_" + TestName())) {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  ~ReportTest() override { fs::remove_all(directory_); }

  static std::string TestName() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  void Write(const Summary& summary) {
    const Status status = WriteReport(directory_, summary, FindingsOf(summary));
    ASSERT_TRUE(status.ok()) << status.message();
  }

  std::string Read(const std::string& file) {
    auto content = ReadFile(directory_ / file);
    EXPECT_TRUE(content.ok()) << file;
    return content.ok() ? *content : std::string();
  }

  fs::path directory_;
};

TEST_F(ReportTest, StatementsOfTheRunsStandOnEveryPage) {
  Summary summary = TestSummary({TestColumn({"SQNR"})}, {TestRow("conv", 30)});
  Write(summary);
  EXPECT_THAT(Read("summary.html"), Not(HasSubstr("id=\"statements\"")));
  summary.statements = {"the HTP computed <1 of 2 nodes"};
  Write(summary);
  for (const char* page : {"summary.html", "report.html"}) {
    EXPECT_THAT(Read(page), HasSubstr("<li>the HTP computed &lt;1 of 2 nodes</li>")) << page;
  }
  const auto json = ReadJson(directory_ / "summary.json");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["statements"][0], summary.statements[0]);
}

TEST_F(ReportTest, WhyThresholdsAreNotMetStandsOnEveryPage) {
  Summary summary = TestSummary({TestColumn({"SQNR"})}, {TestRow("conv", 50)});
  Write(summary);
  EXPECT_THAT(Read("summary.html"), Not(HasSubstr("id=\"gate\"")));
  EXPECT_THAT(Read("report.html"), HasSubstr("<header class=\"good\">"));
  summary.gate = {"Fails the threshold: 1 tensor that cannot be compared; '<b>': gone."};
  Write(summary);
  for (const char* page : {"summary.html", "report.html"}) {
    EXPECT_THAT(Read(page), HasSubstr("<ul id=\"gate\"><li>Fails the threshold: 1 tensor that "
                                      "cannot be compared; &#39;&lt;b&gt;&#39;: gone.</li></ul>"))
        << page;
  }
  EXPECT_THAT(Read("report.html"), HasSubstr("<header class=\"bad\">"));
}

TEST_F(ReportTest, NamesAgreeAndAreNotScoredInDecibels) {
  Summary summary = TestSummary({TestColumn({"MAE"})}, {TestRow("c", 50), TestRow("y", kNan, {0})});
  summary.rows[1].layer_type = "ArgMax";
  summary.rows[1].agreement = 0.5;
  summary.rows[1].sums.equal = 3;
  Write(summary);
  EXPECT_THAT(Read("summary.html"),
              HasSubstr("<article id=\"agreement\" class=\"finding \"><h2>Agreement</h2><p>Lowest "
                        "agreement of integers and truth values: &#39;y&#39; (ArgMax), 3 of 6"));
  EXPECT_THAT(Read("report.html"), HasSubstr("&#39;y&#39; (ArgMax), 3 of 6 are equal"));
  EXPECT_THAT(Read("MAE/y.html"), AllOf(HasSubstr("<span>Agreement</span><b>0.5</b>"),
                                        Not(HasSubstr("Against its inputs"))));
  const auto json = ReadJson(directory_ / "summary.json");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["rows"][1]["equal"], 3);
  EXPECT_EQ((*json)["rows"][0]["equal"], nullptr);
}

TEST_F(ReportTest, NamesThatConversionLostAreThoseOfGolden) {
  Summary summary = TestSummary({TestColumn({"SQNR"})}, {TestRow("c", 50), TestRow("_2", 9, {0})});
  summary.rows[1].golden_name = "größe/层";
  Write(summary);
  EXPECT_THAT(Read("SQNR/_2.html"), AllOf(HasSubstr("<h1 class=\"name\">größe/层</h1>"),
                                          HasSubstr("target <b class=\"name\">_2</b>")));
  EXPECT_THAT(Read("SQNR/c.html"), HasSubstr("golden <b class=\"name\">c</b>"));
  EXPECT_THAT(Read("SQNR/c.html"), HasSubstr("→ <span class=\"name\">größe/层</span>"));
  EXPECT_THAT(Read("summary.html"), HasSubstr(">größe/层</a>"));
  const auto json = ReadJson(directory_ / "summary.json");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["rows"][1]["readable_name"], "größe/层");
  EXPECT_EQ((*json)["rows"][0]["readable_name"], "c");
}

TEST_F(ReportTest, TreeIsAsTheContractSays) {
  Write(TestSummary({TestColumn({"SQNR"}), TestColumn({"RtolAtol"})},
                    {TestRow("conv/bn", 30), TestRow("conv/bn/sc", 20, {0})}));
  for (const char* file :
       {"report.html", "node_data.json", "summary.csv", "summary.html", "summary.json",
        "SQNR/conv/bn.csv", "SQNR/conv/bn.html", "SQNR/conv/bn/sc.csv", "RtolAtol/conv/bn/sc.html",
        "report_assets/report.css", "report_assets/uPlot.iife.min.js"}) {
    EXPECT_TRUE(fs::exists(directory_ / file)) << file;
  }
  EXPECT_FALSE(fs::exists(directory_ / "unmatched.csv"));
}

TEST_F(ReportTest, SummaryCsvBeginsWithTheContractsColumns) {
  Summary summary = TestSummary({TestColumn({"SQNR"})}, {TestRow("a", 30.5), TestRow("b", 20)});
  summary.rows[1].cells[0].reset();
  summary.rows[1].note = "order, inferred";
  Write(summary);
  EXPECT_EQ(Read("summary.csv"),
            "Name,Layer Type,Size,Tensor_dims,SQNR,golden_min,golden_max,target_min,target_max,"
            "verdict,matched_by,note\r\n"
            "a,Conv,6,1x2x3,30.5,-1,2,-1.5,2.5,match,exact,\r\n"
            "b,Conv,6,1x2x3,,-1,2,-1.5,2.5,match,exact,\"order, inferred\"\r\n");
}

TEST_F(ReportTest, WhatComputedATensorIsToldWhereItIsKnown) {
  Summary summary = TestSummary({TestColumn({"SQNR"})},
                                {TestRow("x", 50), TestRow("a", 30, {0}), TestRow("b", 20, {1})});
  summary.rows[1].processor = "HTP";
  Write(summary);
  EXPECT_THAT(Read("summary.csv"),
              AllOf(HasSubstr("matched_by,note,processor\r\nx,"), HasSubstr("exact,,HTP\r\n")));
  EXPECT_THAT(Read("SQNR/a.html"), HasSubstr("computed by the HTP"));
  EXPECT_THAT(Read("SQNR/x.html"), Not(HasSubstr("computed by")));
  // One that the CPU computed stands out among those of the chip, and only there.
  EXPECT_THAT(Read("summary.html"), Not(HasSubstr("on the CPU")));
  summary.rows[2].processor = "CPU";
  Write(summary);
  EXPECT_THAT(Read("summary.html"), HasSubstr("<span class=\"tag cpu\">on the CPU</span>"));
  EXPECT_THAT(TextLines(summary, FindingsOf(summary)),
              testing::Contains(testing::EndsWith("b (on the CPU)")));
  const auto json = ReadJson(directory_ / "summary.json");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["rows"][0]["processor"], nullptr);
  EXPECT_EQ((*json)["rows"][2]["processor"], "CPU");
  summary.rows[1].processor = "";
  Write(summary);
  EXPECT_THAT(Read("summary.html"), Not(HasSubstr("on the CPU")));
}

TEST_F(ReportTest, TensorCsvShowsVerifierStatisticsAndWorstElements) {
  Write(TestSummary({TestColumn({"rtolatol,rtolmargin,0.3,atolmargin,0.01"})}, {TestRow("a", 30)}));
  const std::string csv = Read("RtolAtol/a.csv");
  EXPECT_THAT(csv, AllOf(StartsWith("Name,a\r\n"), HasSubstr("Verifier,RtolAtol\r\nScore,30\r\n"),
                         HasSubstr("rtolmargin=0.3"), HasSubstr("min,-1,-1.5\r\n"),
                         HasSubstr("index,coordinates,golden,target,abs_diff,rel_diff,"
                                   "within_tolerance\r\n")));
  EXPECT_THAT(csv, HasSubstr("5,0 1 2,2,2.5,0.5,0.25,yes\r\n"));
  EXPECT_THAT(csv, HasSubstr("0,0 0 0,0,0.25,0.25,inf,no\r\n"));
}

TEST_F(ReportTest, PagesLinkToTheirNeighboursFromAnyDepth) {
  Write(TestSummary({TestColumn({"SQNR"})}, {TestRow("a", 30), TestRow("x/y/z", 20, {0})}));
  const std::string page = Read("SQNR/x/y/z.html");
  EXPECT_THAT(page, AllOf(HasSubstr("href=\"../../../summary.html#t1\""),
                          HasSubstr("href=\"../../../report_assets/report.css\""),
                          HasSubstr("href=\"../../../SQNR/a.html\"")));
}

TEST_F(ReportTest, HostileNamesStayText) {
  const std::string name = "</script><script>alert(1)</script>\"'&#?%41 \u2028";
  Summary summary = TestSummary({TestColumn({"SQNR"})},
                                {TestRow(name, 5), TestRow(std::string(5000, 'n'), 50),
                                 TestRow("../../escape", 50), TestRow(std::string("a\0b", 3), 50)});
  summary.unmatched_golden = {{"<img src=x onerror=alert(2)>", "<b>reason</b>"}};
  Write(summary);
  summary.target_graph =
      Graph{{{name, name, {name}, {}, {0}, ""}, {name, "", {name}, {0}, {}, "<b>reason</b>"}}};
  Write(summary);
  for (const char* page : {"summary.html", "report.html"}) {
    const std::string html = Read(page);
    EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
    EXPECT_THAT(html, Not(HasSubstr("<img")));
    EXPECT_THAT(html, Not(HasSubstr("<b>reason")));
    EXPECT_THAT(html, Not(HasSubstr("\u2028")));
  }
  EXPECT_FALSE(fs::exists(directory_.parent_path() / "escape.html"));
  const Json json = *ReadJson(directory_ / "summary.json");
  EXPECT_EQ(json["rows"].size(), 4u);
  for (const Json& row : json["rows"]) {
    const auto page = row["page"].get<std::string>();
    EXPECT_THAT(page, Not(::testing::ContainsRegex("[#?\"<]")));
  }
  EXPECT_THAT(Read("unmatched.csv"), HasSubstr("golden,<img src=x onerror=alert(2)>,"));
}

TEST_F(ReportTest, SummaryJsonHasNullForWhatIsNotFinite) {
  Summary summary = TestSummary({TestColumn({"SQNR"})}, {TestRow("a", kNan)});
  Write(summary);
  const Json json = *ReadJson(directory_ / "summary.json");
  EXPECT_TRUE(json["rows"][0]["scores"][0].is_null());
  EXPECT_TRUE(json["rows"][0]["sqnr_db"].is_null());
  EXPECT_EQ(json["columns"][0]["unit"], "dB");
}

TEST_F(ReportTest, ReportCarriesGraphsGrowthAndDistributions) {
  Summary summary =
      TestSummary({TestColumn({"SQNR"})}, {TestRow("a", 30), TestRow("b", kNan, {0})});
  summary.target_graph = Graph{
      {{"x", "Input", {"x"}, {}, {}, "not there"}, {"n", "Conv", {"a", "b"}, {0}, {0, 1}, ""}}};
  Distribution distribution;
  distribution.bins = {
      .edges = {-1, -0.5, 0}, .low = -1, .width = 0.5, .golden = {1, 2}, .target = {3, 0}};
  distribution.channel_count = 4;
  distribution.worst_channels = {{2, std::numeric_limits<double>::infinity(), 1, -1, 2, -1, 2}};
  summary.rows[0].distribution = distribution;
  summary.rows[0].inspection = "tensor_inspection/a";
  Write(summary);
  const std::string html = Read("report.html");
  const std::size_t begin = html.find("id=\"data\">") + 10;
  const Json data = Json::parse(html.substr(begin, html.find("</script>", begin) - begin));
  EXPECT_EQ(data["rows"].size(), 2u);
  EXPECT_EQ(data["growth"]["depth"], Json({1, 2}));
  EXPECT_TRUE(data["growth"]["first_db"].is_null());
  EXPECT_TRUE(data["golden_graph"].is_null());
  EXPECT_EQ(data["target_graph"]["nodes"][1]["rows"], Json({0, 1}));
  EXPECT_EQ(data["details"][0]["distribution"]["target"], Json({3, 0}));
  EXPECT_TRUE(data["details"][0]["distribution"]["worst_channels"][0][1].is_null());
  EXPECT_TRUE(data["details"][1]["distribution"].is_null());
  EXPECT_EQ(data["details"][0]["inspection"], "tensor_inspection/a");
}

TEST_F(ReportTest, OnlyElementsCanBeEqual) {
  Summary summary =
      TestSummary({TestColumn({"SQNR"})},
                  {TestRow("equal", kNan), TestRow("other", 30), TestRow("empty", kNan)});
  summary.rows[0].sums.equal = summary.rows[0].sums.count;
  summary.rows[1].sums.difference_max = 0.5;
  summary.rows[2].sums = {};
  Write(summary);
  const std::string html = Read("report.html");
  EXPECT_THAT(html, HasSubstr("\"is_equal\":true"));
  const std::size_t first = html.find("\"is_equal\":true");
  EXPECT_EQ(html.find("\"is_equal\":true", first + 1), std::string::npos);
}

TEST_F(ReportTest, TheVerdictInWordsNamesATensorOnce) {
  Write(TestSummary({TestColumn({"SQNR"})}, {TestRow("a", 45), TestRow("b", 5, {0})}));
  const std::string html = Read("report.html");
  EXPECT_THAT(html, HasSubstr("First to diverge: &#39;b&#39;"));
  EXPECT_THAT(html, Not(HasSubstr("<span>Loses most")));
  EXPECT_THAT(html, HasSubstr("<header class=\"bad\">"));
}

TEST_F(ReportTest, EncodingsShowRangeAndClipping) {
  Summary summary = TestSummary({TestColumn({"SQNR"})}, {TestRow("a", 12)});
  TensorEncoding encoding;
  encoding.channels = {{8, -1.0, 1.55, 0.01, -100, false}};
  summary.rows[0].encoding = encoding;
  Write(summary);
  EXPECT_THAT(Read("SQNR/a.html"),
              AllOf(HasSubstr("calibrated"), HasSubstr("8 bits, scale 0.01, offset -100"),
                    HasSubstr("Clipped above: golden reaches 2")));
}

TEST_F(ReportTest, AFolderThatCannotBeMadeIsAFailure) {
  ASSERT_TRUE(WriteFile(directory_ / "SQNR", "in the way").ok());
  const Summary summary = TestSummary({TestColumn({"SQNR"})}, {TestRow("a", 12)});
  const Status status = WriteReport(directory_, summary, FindingsOf(summary));
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("SQNR"));
}

}  // namespace
}  // namespace acc::report

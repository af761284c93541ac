// SPDX-License-Identifier: BSD-3-Clause
#include "report/inspection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/files.h"
#include "base/json.h"
#include "base/scratch_folder_testing.h"
#include "inspect/collector.h"
#include "report/inspection_pages.h"
#include "report/summary_testing.h"

namespace acc::report {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kHostile = "</script><script>alert(\"1\")</script>";

InspectedTensor Inspected(std::string name, const std::vector<float>& golden,
                          const std::vector<float>& target, std::optional<Shape> dims = {}) {
  InspectedTensor tensor;
  tensor.name = std::move(name);
  tensor.folder = "a/b";
  tensor.dims = dims;
  if (dims) tensor.channel_axis = inspect::ChannelAxis(*dims, false);
  tensor.calibrated = inspect::Interval{-1, 2};
  inspect::PairCollector collector(
      {tensor.dims.value_or(Shape()), tensor.channel_axis, tensor.calibrated});
  collector.Start(golden.size());
  if (!golden.empty()) collector.Visit(0, golden, target);
  tensor.statistics = collector.Finish();
  AddCurves(tensor);
  return tensor;
}

Json DataOf(const std::string& html) {
  const std::string start = "<script type=\"application/json\" id=\"data\">";
  const std::size_t first = html.find(start) + start.size();
  return Json::parse(html.substr(first, html.find("</script>", first) - first));
}

TEST(InspectionPagesTest, HoldTheirData) {
  const InspectedTensor tensor =
      Inspected("conv", {0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 7}, Shape{1, 3, 2});
  const InspectionPages pages(tensor, "report_assets");
  const Json histograms = DataOf(pages.Histograms());
  EXPECT_EQ(histograms["golden_total"], 6);
  EXPECT_EQ(histograms["calibrated"], Json({-1, 2}));
  std::uint64_t total = 0;
  for (const Json& count : histograms["target"]) total += count.get<std::uint64_t>();
  EXPECT_EQ(total, 6U);
  EXPECT_EQ(DataOf(pages.Cdf())["golden"].back(), 1);
  const Json diff = DataOf(pages.Diff());
  EXPECT_EQ(diff["target"], Json({0, 1, 2, 3, 4, 7}));
  EXPECT_EQ(diff["dims"], Json({1, 3, 2}));
  EXPECT_EQ(diff["channels"], Json::array({{0, 0}, {1, 0}, {2, 100}}));
  EXPECT_THAT(pages.Diff(), HasSubstr("All 6 elements are drawn."));
  EXPECT_THAT(pages.Diff(), HasSubstr("href=\"../../report_assets/report.css\""));
}

TEST(InspectionPagesTest, SayWhatIsNotDrawn) {
  std::vector<float> values(100000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i));
  const InspectedTensor tensor = Inspected("big", values, values);
  EXPECT_THAT(InspectionPages(tensor, "a").Diff(),
              HasSubstr("of 100000 elements are drawn: of each 200 neighbours"));
}

TEST(InspectionPagesTest, HostileNamesAreEscaped) {
  InspectedTensor tensor = Inspected(std::string(kHostile), {1}, {1});
  tensor.golden_name = tensor.layer_type = tensor.data_note = kHostile;
  const InspectionPages pages(tensor, "a");
  for (const std::string& html : {pages.Histograms(), pages.Cdf(), pages.Diff()}) {
    EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert"));
  }
}

TEST(InspectionTest, WritesEveryKindOfTensor) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const ScratchFolder folder;
  for (const std::vector<float>& values :
       {std::vector<float>{}, {1}, {2, 2, 2}, {kInfinity}, {1e38F, -1e38F}, {1e-45F, 0}}) {
    const InspectedTensor tensor = Inspected("t", values, values);
    ASSERT_TRUE(WriteInspectedTensor(folder.path(), tensor, {.images = true}).ok());
    for (const char* name : {"CDF_plots", "Diff_plots", "Histograms"}) {
      const std::filesystem::path page = folder / "a/b" / (std::string(name) + ".html");
      EXPECT_NO_THROW(DataOf(*ReadFile(page))) << page;
      EXPECT_THAT(*ReadFile(page.parent_path() / (std::string(name) + ".png")),
                  StartsWith("\x89PNG"));
    }
    EXPECT_THAT(*ReadFile(folder / "a/b/Distribution_min-max.png"), StartsWith("\x89PNG"));
  }
}

TEST(InspectionTest, IndexPutsTheWorstFirst) {
  Row unequal = TestRow("unequal", kNan);
  unequal.verdict = verify::Verdict::kShapeMismatch;
  unequal.reason = "golden holds 1 elements, target 2";
  const Summary summary = TestSummary(
      {TestColumn({"SQNR"})},
      {TestRow("good", 50), TestRow(std::string(kHostile), 10), TestRow("zero", kNan), unequal});
  InspectionEntries entries;
  for (const char* name : {"good", kHostile.data(), "zero"}) {
    entries.emplace(name, EntryOf(Inspected(name, {-2, 0, 1}, {-3, 0, 3})));
  }
  const ScratchFolder folder;
  ASSERT_TRUE(WriteInspectionIndex(folder.path(), summary, entries, {}).ok());
  const std::string html = *ReadFile(folder / "index.html");
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, HasSubstr("3 tensors inspected"));
  const Json rows = DataOf(html)["rows"];
  EXPECT_EQ(rows[0]["name"], "unequal");
  EXPECT_FALSE(rows[0].contains("folder"));
  EXPECT_EQ(rows[1]["name"], kHostile);
  EXPECT_EQ(rows[2]["name"], "good");
  EXPECT_EQ(rows[3]["name"], "zero");
  EXPECT_EQ(rows[2]["folder"], "a/b");
}

TEST(InspectionTest, CsvHoldsRangesAndScores) {
  const Summary summary =
      TestSummary({TestColumn({"SQNR"})}, {TestRow("good", 50), TestRow("plain", 5)});
  InspectionEntries entries;
  entries.emplace("good", EntryOf(Inspected("good", {-2, 0, 1, 1}, {-3, 0, 3, 3})));
  EXPECT_EQ(InspectionCsv(summary, entries),
            "Name,Layer Type,Size,Tensor_dims,golden_min,golden_max,target_min,target_max,"
            "calibrated_min,calibrated_max,target_calibrated_min_diff,target_calibrated_max_diff,"
            "golden_outside,target_outside,SQNR,verdict,note\r\n"
            "good,Conv,6,1x2x3,-2,1,-3,3,-1,2,-2,1,0.25,0.75,50,match,\r\n"
            "plain,Conv,6,1x2x3,-1,2,-1.5,2.5,,,,,,,5,match,\r\n");
}

}  // namespace
}  // namespace acc::report

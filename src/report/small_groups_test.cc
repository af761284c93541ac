// SPDX-License-Identifier: BSD-3-Clause
#include "report/small_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "report/summary_testing.h"

namespace acc::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Row RowOf(std::uint64_t elements) {
  Row row = TestRow("t", 30);
  row.sums.count = row.sums.finite = elements;
  row.sums.difference_max = 0.5;
  row.encoding = TensorEncoding{.channels = {{.min = -1, .max = 2, .scale = 0.1}}};
  row.reason = "golden is constant (2.5)";
  row.note = "read with scale 0.25, offset 3";
  Distribution& distribution = row.distribution.emplace();
  distribution.bins.golden.assign(64, 0);
  distribution.bins.golden[0] = elements;
  distribution.bins.target = distribution.bins.golden;
  for (int edge = 0; edge <= 64; ++edge) distribution.bins.edges.push_back(edge * 0.5);
  distribution.bins.width = 0.5;
  distribution.bins.steps = 2;
  return row;
}

Summary Withheld(std::vector<Row> rows, std::vector<Column> columns = {}) {
  Summary summary = TestSummary(std::move(columns), std::move(rows));
  WithholdSmallGroups(summary);
  return summary;
}

TEST(SmallGroupsTest, ATensorBelowTheSmallestGroupKeepsNoStatistics) {
  const Row row = Withheld({RowOf(kSmallestGroup - 1)}).rows[0];
  for (const double value :
       {row.sums.golden_min, row.sums.golden_max, row.sums.golden_sum, row.sums.golden_square,
        row.sums.target_min, row.sums.target_max, row.sums.target_sum, row.sums.target_square,
        row.sums.product, row.sums.difference_square, row.sums.difference_abs,
        row.sums.difference_max}) {
    EXPECT_TRUE(std::isnan(value));
  }
  EXPECT_FALSE(row.encoding);
  EXPECT_FALSE(row.distribution);
  EXPECT_EQ(row.sums.finite, kSmallestGroup - 1);
  EXPECT_EQ(row.sqnr_db, 30);
  EXPECT_EQ(row.reason,
            "golden is constant (…); statistics of fewer than 16 elements are withheld");
  EXPECT_EQ(row.note, "read with scale …, offset …");
}

TEST(SmallGroupsTest, ATensorOfTheSmallestGroupKeepsThem) {
  const Row row = Withheld({RowOf(kSmallestGroup)}).rows[0];
  EXPECT_EQ(row.sums.golden_min, -1);
  EXPECT_TRUE(row.encoding);
  EXPECT_TRUE(row.distribution);
  EXPECT_EQ(row.reason, "golden is constant (2.5)");
}

TEST(SmallGroupsTest, FiniteElementsCount) {
  Row row = RowOf(1000);
  row.sums.finite = 3;
  EXPECT_TRUE(std::isnan(Withheld({row}).rows[0].sums.golden_max));
}

TEST(SmallGroupsTest, OfASmallTensorOnlyScoresWithoutScaleStay) {
  std::vector<Column> columns;
  for (const auto& info : verify::Verifiers())
    columns.push_back(TestColumn({std::string(info.name)}));
  const Summary summary = Withheld({RowOf(1)}, columns);
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Cell& cell = *summary.rows[0].cells[i];
    if (!std::isnan(cell.score)) kept.push_back(columns[i].title);
    EXPECT_EQ(std::isnan(cell.score), cell.note.find("withheld") != std::string::npos);
  }
  EXPECT_THAT(kept, ElementsAre("RtolAtol", "AdjustedRtolAtol", "TopK", "CosineSimilarity", "SQNR",
                                "MeanIOU"));
}

TEST(SmallGroupsTest, RangesOfSmallInputsDoNotShowInScaledDiff) {
  Row reader = RowOf(100);
  reader.inputs = {0};
  const Summary summary =
      Withheld({RowOf(1), reader, RowOf(100)}, {TestColumn({"ScaledDiff"}), TestColumn({"MSE"})});
  EXPECT_TRUE(std::isnan(summary.rows[1].cells[0]->score));
  EXPECT_EQ(summary.rows[1].cells[1]->score, 30);
  EXPECT_EQ(summary.rows[2].cells[0]->score, 30);
}

TEST(SmallGroupsTest, SentencesAboutTheThresholdLoseTheNumbersToo) {
  Row row = RowOf(1);
  row.reason = "L1Error is 0.5, above the threshold 0.1";
  Summary summary = TestSummary({}, {row});
  summary.gate = {"Fails the threshold: 1 tensor outside it; 't': " + row.reason + "."};
  WithholdSmallGroups(summary);
  EXPECT_THAT(summary.gate[0], HasSubstr("'t': L1Error is …, above the threshold …."));
  EXPECT_THAT(summary.gate[0], HasSubstr("1 tensor outside it"));
}

TEST(SmallGroupsTest, ChannelsOfFewElementsGo) {
  Row row = RowOf(64);
  row.distribution->channel_count = 4;
  row.distribution->worst_channels = {{.channel = 1, .sqnr_db = 3}};
  EXPECT_EQ(Withheld({row}).rows[0].distribution->worst_channels.size(), 1u);
  row.sums.finite = 63;  // The one that is missing may be of any channel.
  EXPECT_THAT(Withheld({row}).rows[0].distribution->worst_channels, IsEmpty());
  row.sums.finite = 64;
  row.distribution->channel_count = 64;
  EXPECT_THAT(Withheld({row}).rows[0].distribution->worst_channels, IsEmpty());
}

TEST(SmallGroupsTest, HistogramsOfFewElementsHaveFewBins) {
  Row row = RowOf(100);
  row.distribution->bins.golden.assign(64, 1);
  row.distribution->bins.golden[63] = 37;
  row.distribution->bins.target = row.distribution->bins.golden;
  const inspect::CommonBins bins = Withheld({row}).rows[0].distribution->bins;
  EXPECT_THAT(bins.golden, ElementsAre(11, 11, 11, 11, 11, 45));  // 6 bins of 11, the last of 9.
  EXPECT_EQ(bins.width, 5.5);
  EXPECT_EQ(bins.steps, 22);
  EXPECT_THAT(bins.edges, ElementsAre(0, 5.5, 11, 16.5, 22, 27.5, 32));
  row.distribution->bins.golden.assign(64, 16);
  row.distribution->bins.target = row.distribution->bins.golden;
  EXPECT_EQ(Withheld({row}).rows[0].distribution->bins.golden.size(), 64u);
}

TEST(SmallGroupsTest, AHistogramOfOneSidesFewElementsGoes) {
  Row row = RowOf(100);
  row.distribution->bins.target.assign(64, 0);
  row.distribution->bins.target[5] = 3;
  EXPECT_FALSE(Withheld({row}).rows[0].distribution);
}

}  // namespace
}  // namespace acc::report

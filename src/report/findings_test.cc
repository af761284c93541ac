// SPDX-License-Identifier: BSD-3-Clause
#include "report/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "report/summary_testing.h"

namespace acc::report {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(FindingsTest, TheLossIsAgainstTheWorstInput) {
  const Summary summary =
      TestSummary({}, {TestRow("a", 38), TestRow("b", 30), TestRow("add", 12, {0, 1})});
  const Findings findings = FindingsOf(summary);
  EXPECT_THAT(findings.loss_db, ElementsAre(DoubleEq(2), DoubleEq(10), DoubleEq(18)));
  EXPECT_EQ(findings.first_diverging, 1u);
  EXPECT_EQ(findings.largest_loss, 2u);
  EXPECT_EQ(findings.lowest, 2u);
}

TEST(FindingsTest, WhatFollowsABrokenTensorIsNotBlamed) {
  const Summary summary = TestSummary({}, {TestRow("a", 45), TestRow("culprit", 9, {0}),
                                           TestRow("after", 3, {1}), TestRow("noise", -20, {2})});
  const Findings findings = FindingsOf(summary);
  EXPECT_EQ(findings.first_diverging, 1u);
  EXPECT_EQ(findings.largest_loss, 1u);
  EXPECT_DOUBLE_EQ(findings.loss_db[1], 31);
  EXPECT_DOUBLE_EQ(findings.loss_db[3], 3);
}

TEST(FindingsTest, IntegersThatDifferPassOnWhatTheyWereMadeOf) {
  Summary summary =
      TestSummary({}, {TestRow("a", 24), TestRow("codes", kNan, {0}), TestRow("sums", 20, {1})});
  summary.rows[1].agreement = 0.5;
  const Findings findings = FindingsOf(summary);
  EXPECT_DOUBLE_EQ(findings.loss_db[2], 4);
  EXPECT_EQ(findings.first_diverging, 0u);
  EXPECT_TRUE(std::isnan(findings.loss_db[1]));
  summary.rows[1].agreement = 1;
  EXPECT_DOUBLE_EQ(FindingsOf(summary).loss_db[2], 20) << "equal integers are faithful";
}

TEST(FindingsTest, LossesAboveFortyDbDoNotCount) {
  const Summary summary =
      TestSummary({}, {TestRow("exact", 300), TestRow("rounded", 60, {0}), TestRow("c", 41, {1})});
  const Findings findings = FindingsOf(summary);
  EXPECT_FALSE(findings.first_diverging);
  EXPECT_FALSE(findings.largest_loss);
  EXPECT_THAT(Headlines(summary, findings)[0],
              AllOf(HasSubstr("No tensor diverges"), HasSubstr("41.0 dB"), HasSubstr("'c'")));
}

TEST(FindingsTest, SlowErosionIsNoDivergence) {
  const Summary summary = TestSummary(
      {}, {TestRow("a", 36), TestRow("b", 29, {0}), TestRow("c", 20, {1}), TestRow("d", 14, {2})});
  const Findings findings = FindingsOf(summary);
  EXPECT_FALSE(findings.first_diverging);
  EXPECT_EQ(findings.largest_loss, 2u);
  EXPECT_THAT(Headlines(summary, findings)[0], HasSubstr("No tensor diverges clearly"));
}

TEST(FindingsTest, TensorsWithoutAnSqnrAreLeftOut) {
  const Summary summary =
      TestSummary({}, {TestRow("zeros", kNan), TestRow("b", 20, {0}), TestRow("c", 19, {1})});
  const Findings findings = FindingsOf(summary);
  EXPECT_TRUE(std::isnan(findings.loss_db[0]));
  EXPECT_EQ(findings.first_diverging, 1u);
  EXPECT_THAT(findings.worst, ElementsAre(1, 2));
}

TEST(FindingsTest, NaNIsNamedFirstOfAll) {
  Summary summary = TestSummary({}, {TestRow("a", 10), TestRow("b", 10, {0})});
  summary.rows[1].verdict = verify::Verdict::kNotFinite;
  summary.rows[1].reason = "4 NaN in the target";
  const Findings findings = FindingsOf(summary);
  EXPECT_EQ(findings.first_not_finite, 1u);
  const auto lines = TextLines(summary, findings);
  EXPECT_THAT(lines[0], AllOf(HasSubstr("NaN"), HasSubstr("'b'"), HasSubstr("4 NaN")));
}

TEST(FindingsTest, WithoutAGraphNoTensorIsCalledTheFirst) {
  Summary summary = TestSummary({}, {TestRow("a", 30), TestRow("b", 5)});
  summary.topological = false;
  const Findings findings = FindingsOf(summary);
  EXPECT_FALSE(findings.first_diverging);
  EXPECT_FALSE(findings.largest_loss);
  EXPECT_THAT(findings.worst, ElementsAre(1, 0));
  EXPECT_THAT(Headlines(summary, findings)[0],
              AllOf(HasSubstr("--graph_struct"), HasSubstr("5.0 dB")));
}

TEST(FindingsTest, CountsOfEveryKindAreTold) {
  Summary summary = TestSummary({}, {TestRow("a", 50), TestRow("b", kNan), TestRow("c", 50)});
  summary.rows[1].verdict = verify::Verdict::kSuspicious;
  summary.rows[2].verdict = verify::Verdict::kMismatch;
  summary.rows[2].note = "axis order inferred";
  summary.unmatched_golden = {{"x", "fused"}, {"y", "fused"}};
  const auto lines = Headlines(summary, FindingsOf(summary));
  EXPECT_THAT(lines, Contains(AllOf(HasSubstr("3 tensors compared"), HasSubstr("1 suspicious"),
                                    HasSubstr("1 outside"), HasSubstr("1 with a note"),
                                    HasSubstr("2 golden tensors without"))));
}

// A row of which `vanishing` of 100 values become zero, on so many effective codes.
Row SwallowingRow(std::string name, double sqnr_db, std::vector<std::size_t> inputs,
                  std::uint64_t vanishing, double codes) {
  Row row = TestRow(std::move(name), sqnr_db, std::move(inputs));
  row.layer_type = "Add";
  row.sums.golden_min = -10000;
  row.sums.golden_max = 3;
  row.distribution.emplace();
  row.distribution->code_use = inspect::CodeUse{39.2, 100, vanishing, codes};
  return row;
}

TEST(FindingsTest, AStepThatSwallowsLiveValuesIsTheCause) {
  const Summary summary =
      TestSummary({}, {TestRow("scores", 39), SwallowingRow("masked", 70.3, {0}, 58, 2),
                       SwallowingRow("reshaped", 70.3, {1}, 58, 2), TestRow("softmax", 9, {2}),
                       TestRow("y", 8, {3})});
  const Findings findings = FindingsOf(summary);
  EXPECT_THAT(findings.swallowed, ElementsAre(false, true, true, false, false));
  EXPECT_EQ(findings.first_diverging, 1u);
  EXPECT_EQ(findings.largest_loss, 1u);
  const auto lines = Headlines(summary, findings);
  EXPECT_THAT(lines[0],
              AllOf(HasSubstr("First to diverge: 'masked' (Add)"),
                    HasSubstr("its step of 39.2 is larger than all differences that matter here"),
                    HasSubstr("58 of the 100 values")));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("softmax"))));
}

TEST(FindingsTest, AnOutlierThatHidesALostResultIsTold) {
  const Summary summary = TestSummary(
      {}, {SwallowingRow("x", 63.1, {}, 99, 1.06), SwallowingRow("y", 63.1, {0}, 99, 1.06)});
  Summary with_output = summary;
  with_output.rows[1].is_output = true;
  const Findings findings = FindingsOf(with_output);
  EXPECT_EQ(findings.first_diverging, 0u);
  EXPECT_THAT(Headlines(with_output, findings)[0],
              AllOf(HasSubstr("'x'"), Not(HasSubstr("No tensor diverges"))));
  // The same numbers in a tensor between, which nothing shows to matter.
  EXPECT_THAT(FindingsOf(summary).swallowed, ElementsAre(false, false));
}

TEST(FindingsTest, LostValuesThatHarmNothingAreNotTold) {
  Summary summary =
      TestSummary({}, {SwallowingRow("squares", 60, {}, 95, 20), TestRow("mean", 45, {0}),
                       SwallowingRow("softmax", 55, {1}, 99, 1.1)});
  summary.rows[2].sums.golden_min = 0;
  summary.rows[2].sums.golden_max = 1;
  summary.rows[2].is_output = true;
  EXPECT_THAT(FindingsOf(summary).swallowed, ElementsAre(false, false, false));
}

TEST(FindingsTest, AReaderThatDivergesDoesNotBlameValuesThatArePresent) {
  Summary summary = TestSummary({}, {SwallowingRow("x", 45, {}, 5, 90), TestRow("y", 9, {0})});
  const Findings findings = FindingsOf(summary);
  EXPECT_FALSE(findings.swallowed[0]);
  EXPECT_EQ(findings.first_diverging, 1u);
}

TEST(FindingsTest, AGradualErrorIsCalledBad) {
  Summary summary = TestSummary({}, {TestRow("a", 35)});
  for (std::size_t i = 1; i < 6; ++i) {
    summary.rows.push_back(
        TestRow("t" + std::to_string(i), 35 - 6.16 * static_cast<double>(i), {i - 1}));
  }
  summary.rows.back().is_output = true;
  const auto line = Headlines(summary, FindingsOf(summary))[0];
  EXPECT_THAT(line, AllOf(HasSubstr("No tensor diverges clearly"), HasSubstr("4.2 dB"),
                          HasSubstr("61.7 % of the signal: that is bad"), HasSubstr("'t5'")));
}

TEST(FindingsTest, AnInnerTensorIsNotCalledBadWhereTheOutputIsNot) {
  Summary summary = TestSummary({}, {TestRow("a", 31), TestRow("b", 24, {0}),
                                     TestRow("inner", 16.5, {1}), TestRow("y", 37, {2})});
  summary.rows[3].is_output = true;
  const auto line = Headlines(summary, FindingsOf(summary))[0];
  EXPECT_THAT(line, AllOf(HasSubstr("'inner' (Conv), is 16.5 dB"), HasSubstr("'y' (Conv), has 37"),
                          Not(HasSubstr("bad"))));
}

TEST(FindingsTest, WhereSqnrShowsWhatAStepSwallowsNothingElseIsSaid) {
  Summary summary = TestSummary({}, {TestRow("x", 45), SwallowingRow("tiny", 0, {0}, 100, 1)});
  summary.rows[1].is_output = true;
  EXPECT_THAT(Headlines(summary, FindingsOf(summary))[0],
              AllOf(HasSubstr("100 of the 100 values"), HasSubstr("become zero; 0.0 dB SQNR"),
                    Not(HasSubstr("huge values"))));
}

TEST(FindingsTest, AnOutputWithoutContentIsTold) {
  Summary summary = TestSummary({}, {TestRow("a", 35), TestRow("y", INFINITY, {0})});
  summary.rows[1].is_output = true;
  summary.rows[1].sums.finite = summary.rows[1].sums.count = 8;
  summary.rows[1].sums.golden_min = summary.rows[1].sums.golden_max = 0.25;
  const auto lines = Headlines(summary, FindingsOf(summary));
  EXPECT_THAT(lines[0], AllOf(HasSubstr("35.0 dB"), Not(HasSubstr("worst output"))));
  EXPECT_THAT(lines[1], AllOf(HasSubstr("Golden's output 'y' (Conv) is 0.25 throughout"),
                              HasSubstr("proves nothing")));
  summary.rows[1].sums.finite = 7;  // Of eight elements one is NaN or infinite.
  EXPECT_THAT(Headlines(summary, FindingsOf(summary)), Not(Contains(HasSubstr("throughout"))));
  summary.rows[1].sums.finite = 8;
  summary.rows[1].sums.golden_max = 1;
  EXPECT_THAT(Headlines(summary, FindingsOf(summary)), Not(Contains(HasSubstr("proves nothing"))));
}

TEST(FindingsTest, AnIdenticalOutputHasNoErrorToState) {
  Summary summary = TestSummary({}, {TestRow("a", 35), TestRow("y", INFINITY, {0})});
  summary.rows[1].is_output = true;
  summary.rows[1].sums.finite = summary.rows[1].sums.count = 1;
  EXPECT_THAT(Headlines(summary, FindingsOf(summary))[0],
              AllOf(HasSubstr("'y' (Conv), is identical, but it is a single number"),
                    Not(HasSubstr("0 % of the signal"))));
}

TEST(FindingsTest, AConstantIsNotTheHeadline) {
  Summary summary = TestSummary({}, {TestRow("constant", 41), TestRow("b", 45, {0})});
  summary.rows[0].sums.golden_min = summary.rows[0].sums.golden_max = 0.3;
  const Findings findings = FindingsOf(summary);
  EXPECT_EQ(findings.lowest, 1u);
  EXPECT_THAT(findings.worst, ElementsAre(1));
}

TEST(FindingsTest, AnInputIsNotMeasuredAgainstItsInputs) {
  Summary summary = TestSummary({}, {TestRow("x", 20), TestRow("y", 19, {0})});
  summary.rows[0].layer_type = "Input";
  const Findings findings = FindingsOf(summary);
  EXPECT_EQ(findings.first_diverging, 0u);
  EXPECT_EQ(findings.largest_loss, 1u);
  const auto lines = Headlines(summary, findings);
  EXPECT_THAT(lines[0], AllOf(HasSubstr("an input of the graph"), Not(HasSubstr("its inputs"))));
}

TEST(FindingsTest, ANameThatConversionLeavesNothingOfIsGoldens) {
  Summary summary = TestSummary({}, {TestRow("x", 50), TestRow("___", 9, {0})});
  summary.rows[1].golden_name = "注意力";
  EXPECT_THAT(Headlines(summary, FindingsOf(summary))[0], HasSubstr("'注意力'"));
}

TEST(FindingsTest, IndicesAreToldByTheirAgreement) {
  Summary summary = TestSummary({}, {TestRow("x", 50), TestRow("classes", kNan, {0})});
  summary.rows[1].agreement = 0.5;
  summary.rows[1].sums.equal = 3;
  const auto lines = Headlines(summary, FindingsOf(summary));
  EXPECT_THAT(lines, Contains(AllOf(HasSubstr("'classes'"), HasSubstr("3 of 6 are equal"))));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("Loses most"))));
}

TEST(FindingsTest, IndicesThatAreAllEqualDoNotDiverge) {
  Summary summary = TestSummary({}, {TestRow("classes", kNan), TestRow("mask", kNan, {0})});
  summary.rows[0].agreement = summary.rows[1].agreement = 1;
  EXPECT_THAT(Headlines(summary, FindingsOf(summary))[0], HasSubstr("every one is equal"));
  summary.rows[1].agreement = 0.5;
  EXPECT_THAT(Headlines(summary, FindingsOf(summary))[0], HasSubstr("has a signal to measure"));
  // A constant that is another proves nothing, but it is no agreement either.
  summary.rows[1] = TestRow("constant", kNan);
  EXPECT_THAT(Headlines(summary, FindingsOf(summary))[0], HasSubstr("has a signal to measure"));
}

TEST(FindingsTest, WhereALayerRanAloneThatCounts) {
  Summary summary = TestSummary(
      {}, {TestRow("a", 45), TestRow("b", 9, {0}), TestRow("c", 8, {1}), TestRow("d", 7, {2})});
  summary.rows[1].layer = {.own = 60};
  summary.rows[2].layer = {.own = 12.5};
  summary.rows[3].layer = {.own = 60, .conversion = 35};
  const Findings findings = FindingsOf(summary);
  EXPECT_THAT(findings.makes_db, ElementsAre(DoubleEq(0), DoubleEq(0), 27.5, 5));
  EXPECT_DOUBLE_EQ(findings.loss_db[1], 31) << "as it is without";
  EXPECT_EQ(findings.first_diverging, 2U);
  EXPECT_EQ(findings.largest_loss, 2U);
  EXPECT_THAT(findings.worst, ElementsAre(2, 3, 1, 0));
  EXPECT_THAT(Headlines(summary, findings),
              Contains(AllOf(HasSubstr("First to diverge: 'c'"),
                             HasSubstr("alone on golden inputs its own error is 12.5 dB; in the "
                                       "run it has 8.0 dB SQNR, its inputs 9.0 dB"))));
  EXPECT_THAT(Headlines(summary, findings),
              Contains(HasSubstr("Loses most, alone on golden inputs: 'c'")));
  EXPECT_THAT(TextLines(summary, findings),
              Contains("Worst layers, by what they lose alone on golden inputs:"));
}

TEST(FindingsTest, FiveWorstLayersEndTheText) {
  std::vector<Row> rows = {TestRow("t0", 40)};
  for (std::size_t i = 1; i < 9; ++i) {
    rows.push_back(TestRow("t" + std::to_string(i), 40 - static_cast<double>(i), {0}));
  }
  const Summary summary = TestSummary({}, std::move(rows));
  const auto lines = TextLines(summary, FindingsOf(summary));
  ASSERT_GE(lines.size(), 7u);
  EXPECT_THAT(lines[lines.size() - 5], HasSubstr("t8"));
  EXPECT_THAT(lines.back(), HasSubstr("t4"));
}

}  // namespace
}  // namespace acc::report

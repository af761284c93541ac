// SPDX-License-Identifier: BSD-3-Clause
#include "verify/verifiers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/text.h"
#include "verify/files_testing.h"

namespace acc::verify {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

double ScoreOf(std::initializer_list<std::string> words, std::vector<float> golden,
               std::vector<float> target) {
  const Request request = MakeRequest(words);
  return CompareValues(golden, target, {&request, 1}).scores.at(0).value;
}

Score SingleScore(const VerifierInfo& info, std::vector<float> golden, std::vector<float> target) {
  const Request request = MakeRequest({std::string(info.name)});
  return CompareValues(golden, target, {&request, 1}).scores.at(0);
}

bool IsSentence(std::string_view text) { return text.size() > 3 && text.back() == '.'; }

// What every row of the table has to keep to.
class EveryVerifier : public testing::TestWithParam<VerifierInfo> {};

TEST_P(EveryVerifier, DescribesItself) {
  const VerifierInfo& info = GetParam();
  EXPECT_TRUE(std::all_of(info.name.begin(), info.name.end(),
                          [](char c) { return std::isalnum(static_cast<unsigned char>(c)); }));
  for (const std::string_view text : {info.summary, info.nan_behaviour, info.source}) {
    EXPECT_TRUE(IsSentence(text)) << text;
  }
  for (const std::string_view text : {info.formula, info.unit, info.range}) {
    EXPECT_FALSE(text.empty());
  }
  for (const ParameterInfo& parameter : info.parameters) {
    EXPECT_EQ(ToLower(parameter.name), parameter.name);
    EXPECT_TRUE(IsSentence(parameter.meaning)) << parameter.meaning;
    EXPECT_NE(parameter.name, "threshold") << "every verifier has it";
  }
}

TEST_P(EveryVerifier, IsFoundInAnyCase) {
  EXPECT_EQ((*FindVerifier(ToLower(GetParam().name)))->name, GetParam().name);
}

TEST_P(EveryVerifier, GivesIdenticalTensorsThePerfectScore) {
  // Class numbers, so that MeanIOU applies.
  const std::vector<float> values = {3, 0, 1, 2};
  const Score score = SingleScore(GetParam(), values, values);
  EXPECT_DOUBLE_EQ(score.value, GetParam().perfect) << score.note;
}

TEST_P(EveryVerifier, GivesEqualInfinitiesThePerfectScore) {
  const std::vector<float> values = {-kInfinity, kInfinity, -kInfinity};
  EXPECT_DOUBLE_EQ(SingleScore(GetParam(), values, values).value, GetParam().perfect);
}

TEST_P(EveryVerifier, GivesDifferentTensorsAWorseScore) {
  const Score score = SingleScore(GetParam(), {5, 0, 2, 4, 7, 8}, {0, 5, 2, 9, 3, 1});
  if (GetParam().higher_is_better) {
    EXPECT_LT(score.value, GetParam().perfect);
  } else {
    EXPECT_GT(score.value, GetParam().perfect);
  }
}

TEST_P(EveryVerifier, AnswersOrSaysWhyNot) {
  const std::vector<std::pair<std::vector<float>, std::vector<float>>> pairs = {
      {{}, {}},
      {{0, 0, 0}, {0, 0, 0}},
      {{0, 0, 0}, {1, 2, 3}},
      {{1, 2, 3}, {0, 0, 0}},
      {{7}, {7}},
      {{7}, {8}},
      {{-7}, {7}},
      {{kNan, 1, 2}, {0, 1, 2}},
      {{kInfinity, 1, 2}, {kInfinity, 1, 2}},
      {{kNan, kNan}, {kNan, kNan}},
      {{1, 2}, {kInfinity, kNan}},
      {{0.25F, 0.5F}, {0.25F, 0.5F}},
      {{3e38F, -3e38F}, {-3e38F, 3e38F}},
      {{1e-45F, 0}, {0, 1e-45F}},
  };
  for (const auto& [golden, target] : pairs) {
    const Score score = SingleScore(GetParam(), golden, target);
    EXPECT_TRUE(!std::isinf(score.value) || score.value == GetParam().perfect)
        << testing::PrintToString(golden);
    EXPECT_TRUE(!std::isnan(score.value) || !score.note.empty()) << testing::PrintToString(golden);
  }
}

TEST_P(EveryVerifier, TreatsElementsThatAreNotFiniteAsItSays) {
  const Score with = SingleScore(GetParam(), {3, kNan, 0, 2, 4, 9}, {2, 5, 0, 2, kInfinity, 9});
  const Score without = SingleScore(GetParam(), {3, 0, 2, 9}, {2, 0, 2, 9});
  if (GetParam().nan_behaviour.find("outside") != std::string_view::npos) {
    EXPECT_DOUBLE_EQ(with.value * 6, without.value * 4);
  } else if (GetParam().nan_behaviour.find("not ranked") != std::string_view::npos) {
    EXPECT_DOUBLE_EQ(with.value, 4.0 / 5);
  } else {
    EXPECT_DOUBLE_EQ(with.value, without.value);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, EveryVerifier, testing::ValuesIn(Verifiers()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(VerifiersTest, HoldsTheTenOfTheContract) {
  std::vector<std::string> names;
  for (const VerifierInfo& info : Verifiers()) names.emplace_back(info.name);
  EXPECT_THAT(names, testing::IsSupersetOf({"RtolAtol", "AdjustedRtolAtol", "TopK", "L1Error",
                                            "CosineSimilarity", "MSE", "MAE", "SQNR", "ScaledDiff",
                                            "MeanIOU"}));
}

TEST(VerifiersTest, SuggestsANearName) {
  const Status status = FindVerifier("CosinSimilarity").status();
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_THAT(status.message(), testing::HasSubstr("Did you mean 'CosineSimilarity'?"));
}

// Expected values: NumPy 2 and SciPy in float64, checked by hand.
const std::vector<float> kGolden = {0.5F, -1.25F, 3.0F, 2.0F, -0.75F, 4.5F, 0.0F, 1.5F};
const std::vector<float> kTarget = {0.51F, -1.20F, 3.02F, 1.5F, -0.75F, 4.4F, 0.004F, 1.509F};

TEST(ScoresTest, AgreeWithNumPyAndSciPy) {
  EXPECT_NEAR(ScoreOf({"CosineSimilarity"}, kGolden, kTarget), 0.9970355380177152, 1e-14);
  EXPECT_NEAR(ScoreOf({"SQNR"}, kGolden, kTarget), 21.582367880987473, 1e-12);
  EXPECT_NEAR(ScoreOf({"MSE"}, kGolden, kTarget), 0.03288712177415007, 1e-16);
  EXPECT_NEAR(ScoreOf({"MAE"}, kGolden, kTarget), 0.08662497153272852, 1e-16);
  EXPECT_NEAR(ScoreOf({"L1Error"}, kGolden, kTarget), 0.6929997722618282, 1e-15);
  EXPECT_EQ(ScoreOf({"RtolAtol"}, kGolden, kTarget), 0.625);
}

TEST(SqnrTest, AnswersTheKnownExample) {
  EXPECT_NEAR(ScoreOf({"sqnr"}, {1, 1}, {1, 0.9F}), 23.01, 0.005);
}

TEST(SqnrTest, IsInfiniteWhereNothingDiffers) {
  EXPECT_EQ(ScoreOf({"sqnr"}, {0, 0}, {0, 0}), kInfinity);
  EXPECT_EQ(ScoreOf({"sqnr"}, {1e-30F, 2}, {1e-30F, 2}), kInfinity);
  EXPECT_EQ(ScoreOf({"sqnr"}, {kInfinity, 2}, {kInfinity, 2}), kInfinity);
}

TEST(SqnrTest, IsNotPerfectWhereElementsThatAreNotFiniteDisagree) {
  EXPECT_TRUE(std::isnan(ScoreOf({"sqnr"}, {kInfinity, 2}, {-kInfinity, 2})));
  EXPECT_TRUE(std::isnan(ScoreOf({"sqnr"}, {kNan, 2}, {kInfinity, 2})));
  EXPECT_NEAR(ScoreOf({"sqnr"}, {kNan, 1, 1}, {kInfinity, 1, 0.9F}), 23.01, 0.005);
}

TEST(CosineSimilarityTest, KeepsTheSign) {
  EXPECT_EQ(ScoreOf({"CosineSimilarity"}, {1, 2}, {-1, -2}), -1);
  EXPECT_EQ(ScoreOf({"CosineSimilarity"}, {1, 0}, {0, 1}), 0);
  EXPECT_EQ(ScoreOf({"CosineSimilarity", "multiplier", "100"}, {1, 2}, {1, 2}), 100);
}

TEST(CosineSimilarityTest, AllZeroOnOneSideIsZero) {
  EXPECT_EQ(ScoreOf({"CosineSimilarity"}, {0, 0}, {0, 1}), 0);
  EXPECT_EQ(ScoreOf({"CosineSimilarity"}, {0, 0}, {0, 0}), 1);
}

TEST(L1ErrorTest, AppliesBothFactors) {
  EXPECT_EQ(ScoreOf({"L1Error,multiplier,3,scale,-2"}, {1, 2}, {2, 4}), 18);
}

TEST(RtolAtolTest, CountsTheBoundaryAsWithin) {
  // |y - x| is 0.5, 0.5 and 0.25; bounds are 0.5, 0.25 and 0.25.
  EXPECT_NEAR(ScoreOf({"RtolAtol,rtolmargin,0.25,atolmargin,0"}, {2, 1, 1}, {2.5F, 1.5F, 1.25F}),
              2.0 / 3, 1e-15);
}

TEST(RtolAtolTest, EqualInfinitiesAreWithinNanIsNot) {
  EXPECT_EQ(
      ScoreOf({"RtolAtol"}, {1, kInfinity, kInfinity, kNan}, {1, kInfinity, -kInfinity, kNan}),
      0.5);
  EXPECT_EQ(ScoreOf({"RtolAtol"}, {1, kInfinity}, {1, 5}), 0.5);
}

TEST(AdjustedRtolAtolTest, AllowsOneStepOfGoldensRange) {
  // Range 0 to 10, 11 levels: a step of 1.
  EXPECT_EQ(ScoreOf({"AdjustedRtolAtol,levels,11"}, {5, 10, 6, 7}, {6, 8.5F, 5.5F, 8.25F}), 0.5);
  EXPECT_EQ(ScoreOf({"AdjustedRtolAtol"}, kGolden, kTarget), 0.625);
  EXPECT_EQ(ScoreOf({"AdjustedRtolAtol,levels,16"}, kGolden, kTarget), 0.875);
}

TEST(TopKTest, ComparesIndices) {
  EXPECT_EQ(ScoreOf({"TopK"}, kGolden, kTarget), 1);
  EXPECT_EQ(ScoreOf({"TopK,k,5,ordered,True"}, kGolden, kTarget), 0.6);
  EXPECT_NEAR(ScoreOf({"TopK,k,2"}, {9, 8, 1}, {9, 1, 8}), 0.5, 1e-15);
  EXPECT_EQ(ScoreOf({"TopK,k,2"}, {9, 8, 1}, {8, 9, 1}), 1);
  EXPECT_EQ(ScoreOf({"TopK,k,2,ordered,true"}, {9, 8, 1}, {8, 9, 1}), 0);
}

TEST(TopKTest, LowerIndexRanksFirstAmongEquals) {
  EXPECT_EQ(ScoreOf({"TopK,k,1"}, {5, 5, 5}, {5, 0, 0}), 1);
  EXPECT_EQ(ScoreOf({"TopK,k,1"}, {5, 5, 5}, {0, 0, 5}), 0);
}

TEST(TopKTest, TakesAllOfASmallTensor) { EXPECT_EQ(ScoreOf({"TopK,k,100"}, {1, 2}, {2, 1}), 1); }

TEST(TopKTest, DividesByTheFiniteElementsOfGolden) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(ScoreOf({"TopK,k,3"}, {nan, 2, 1, nan}, {nan, 2, 1, nan}), 1);
  EXPECT_EQ(ScoreOf({"TopK,k,3"}, {nan, 2, 1, nan}, {5, 2, 1, 4}),
            0.5);  // Of 1 and 2, one is left.
}

TEST(TopKTest, NegativeValuesRankToo) {
  EXPECT_EQ(ScoreOf({"TopK,k,1"}, {-3, -1, -2}, {-3, -2, -1}), 0);
  EXPECT_EQ(ScoreOf({"TopK,k,2"}, {-3, -1, -2}, {-3, -2, -1}), 1);
}

TEST(ScaledDiffTest, ScalesByTheLargestRange) {
  // The largest difference is 0.5; golden's range is 5.75.
  EXPECT_NEAR(ScoreOf({"ScaledDiff"}, kGolden, kTarget), 0.5 / 5.75, 1e-15);
  const TestFolder folder;
  PairFiles files = folder.WritePair(kGolden, kTarget);
  files.input_ranges = {{-5, 15}, {0, 1}};
  const Request request = MakeRequest({"ScaledDiff"});
  const Result<Comparison> comparison = Compare(files, {&request, 1});
  ASSERT_TRUE(comparison.ok());
  EXPECT_NEAR(comparison->scores[0].value, 0.5 / 20, 1e-15);
  EXPECT_EQ(comparison->scores[0].note, "");
}

TEST(MeanIouTest, AveragesOverClassesWithoutBackground) {
  // Class 2: 1 of 2, class 3: 1 of 2; class 1 is background; 2.9 rounds to 3.
  EXPECT_EQ(ScoreOf({"MeanIOU"}, {2, 2, 3, 1}, {2, 3, 2.9F, 1}), 0.5);
  EXPECT_NEAR(ScoreOf({"MeanIOU,background_classification,0"}, {2, 2, 3, 1}, {2, 3, 3, 1}),
              (0.5 + 0.5 + 1) / 3, 1e-15);
}

TEST(MeanIouTest, HasNoScoreForWhatIsNoClassMap) {
  EXPECT_TRUE(std::isnan(ScoreOf({"MeanIOU"}, {0.5F, 2}, {0.5F, 2})));
  EXPECT_TRUE(std::isnan(ScoreOf({"MeanIOU"}, {1e9F, 2}, {1e9F, 2})));
  EXPECT_TRUE(std::isnan(ScoreOf({"MeanIOU"}, {1, 1}, {1, 1})));
}

// Boxes and classes of a detector; the score of MeanIOU.
double BoxScore(const std::vector<float>& golden_boxes, const std::vector<float>& golden_classes,
                const std::vector<float>& target_boxes, const std::vector<float>& target_classes,
                const Shape& class_dims) {
  const TestFolder boxes;
  const TestFolder classes;
  PairFiles files = boxes.WritePair(golden_boxes, target_boxes);
  auto companion = std::make_shared<PairFiles>(classes.WritePair(golden_classes, target_classes));
  companion->dims = class_dims;
  files.companion = companion;
  const Request request = MakeRequest({"MeanIOU"});
  const Result<Comparison> comparison = Compare(files, {&request, 1});
  EXPECT_TRUE(comparison.ok()) << comparison.status().message();
  return comparison.ok() ? comparison->scores[0].value : kNan;
}

TEST(MeanIouTest, MatchesBoxesOfTheSameClass) {
  const std::vector<float> two = {0, 0, 2, 2, 4, 4, 6, 6};
  const std::vector<float> swapped = {4, 4, 6, 6, 0, 0, 2, 2};
  EXPECT_EQ(BoxScore(two, {3, 3}, swapped, {3, 3}, {1, 2}), 1);
  EXPECT_EQ(BoxScore(two, {3, 4}, swapped, {3, 4}, {1, 2}), 0) << "classes differ";
  EXPECT_EQ(BoxScore(two, {3, 1}, two, {3, 1}, {1, 2}), 1) << "background does not count";
  EXPECT_EQ(BoxScore(two, {3, 1}, two, {3, 3}, {1, 2}), 0.5) << "one box too many";
  EXPECT_EQ(BoxScore(two, {3, 3}, swapped, {3, 3}, {2, 1}), 0) << "other images";
}

TEST(MeanIouTest, MeasuresTheOverlap) {
  // 2 x 2 against 2 x 2 shifted by one: 2 / 6.
  EXPECT_NEAR(BoxScore({0, 0, 2, 2}, {5}, {0, 1, 2, 3}, {5}, {1}), 1.0 / 3, 1e-15);
  EXPECT_EQ(BoxScore({0, 0, 0, 0}, {5}, {0, 0, 0, 0}, {5}, {1}), 0) << "no area";
  EXPECT_TRUE(std::isnan(BoxScore({0, 0, 2}, {5}, {0, 1, 2}, {5}, {1})));
}

}  // namespace
}  // namespace acc::verify

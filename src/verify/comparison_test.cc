// SPDX-License-Identifier: BSD-3-Clause
#include "verify/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "base/threads.h"
#include "verify/files_testing.h"

namespace acc::verify {
namespace {

using testing::HasSubstr;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Pair {
  std::vector<float> golden;
  std::vector<float> target;
};

Pair RandomPair(std::size_t count, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> value(0.5F, 2);
  Pair pair;
  for (std::size_t index = 0; index < count; ++index) {
    pair.golden.push_back(value(random));
    pair.target.push_back(pair.golden.back() + 0.02F * value(random));
  }
  return pair;
}

// The sums by a plain loop in long double.
void ExpectPlainSums(const Pair& pair, const PairSums& sums) {
  long double square = 0, product = 0, golden_square = 0, abs = 0, golden_sum = 0;
  double largest = 0;
  std::uint64_t largest_index = 0;
  std::uint64_t finite = 0;
  float golden_min = kInfinity, golden_max = -kInfinity;
  for (std::size_t index = 0; index < pair.golden.size(); ++index) {
    const long double x = pair.golden[index];
    const long double y = pair.target[index];
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    ++finite;
    golden_sum += x;
    golden_square += x * x;
    product += x * y;
    square += (x - y) * (x - y);
    abs += std::abs(x - y);
    golden_min = std::min(golden_min, pair.golden[index]);
    golden_max = std::max(golden_max, pair.golden[index]);
    if (const auto difference = static_cast<double>(std::abs(x - y)); difference > largest) {
      largest = difference;
      largest_index = index;
    }
  }
  const auto near = [](double actual, long double expected) {
    EXPECT_NEAR(actual, static_cast<double>(expected),
                1e-12 * std::max(1.0, std::abs(static_cast<double>(expected))));
  };
  EXPECT_EQ(sums.count, pair.golden.size());
  EXPECT_EQ(sums.finite, finite);
  near(sums.golden_sum, golden_sum);
  near(sums.golden_square, golden_square);
  near(sums.product, product);
  near(sums.difference_square, square);
  near(sums.difference_abs, abs);
  EXPECT_EQ(sums.golden_min, golden_min);
  EXPECT_EQ(sums.golden_max, golden_max);
  EXPECT_EQ(sums.difference_max, largest);
  EXPECT_EQ(sums.difference_max_index, largest_index);
}

void ExpectPlainWorst(const Pair& pair, const std::vector<WorstElement>& worst) {
  std::vector<std::pair<double, std::size_t>> order;  // Negative difference, index.
  for (std::size_t index = 0; index < pair.golden.size(); ++index) {
    const double difference =
        std::abs(static_cast<double>(pair.golden[index]) - pair.target[index]);
    if (std::isfinite(difference) && difference > 0) order.emplace_back(-difference, index);
  }
  std::sort(order.begin(), order.end());
  order.resize(std::min(order.size(), kWorstElements));
  ASSERT_EQ(worst.size(), order.size());
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    EXPECT_EQ(worst[rank].index, order[rank].second);
    EXPECT_EQ(worst[rank].golden, pair.golden[order[rank].second]);
    EXPECT_EQ(worst[rank].target, pair.target[order[rank].second]);
  }
}

TEST(CompareTest, AgreesWithPlainLoops) {
  const std::vector<Request> requests = AllRequests();
  for (const std::size_t count : {1U, 2U, 9U, 255U, 257U, 65535U, 65536U, 65537U, 200003U}) {
    const Pair pair = RandomPair(count);
    const Comparison comparison = CompareValues(pair.golden, pair.target, requests);
    ExpectPlainSums(pair, comparison.sums);
    ExpectPlainWorst(pair, comparison.worst);
  }
}

TEST(CompareTest, AgreesWithPlainLoopsWhereValuesAreNotFinite) {
  Pair pair = RandomPair(150001);
  for (std::size_t index = 0; index < pair.golden.size(); index += 101) {
    pair.golden[index] = index % 2 == 0 ? kNan : kInfinity;
    pair.target[(index * 7) % pair.target.size()] = -kInfinity;
  }
  const Comparison comparison = CompareValues(pair.golden, pair.target, AllRequests());
  ExpectPlainSums(pair, comparison.sums);
  ExpectPlainWorst(pair, comparison.worst);
}

TEST(CompareTest, ListsTheFirstOfEqualDifferences) {
  Pair pair = RandomPair(100000);
  for (std::size_t index = 0; index < pair.golden.size(); ++index) {
    pair.golden[index] = std::floor(pair.golden[index]);
    pair.target[index] = pair.golden[index] + static_cast<float>(index % 3 == 1 ? 1 : 0.25);
  }
  pair.target[90000] += 2;
  ExpectPlainWorst(pair, CompareValues(pair.golden, pair.target, {}).worst);
}

void ExpectSameBits(const Comparison& a, const Comparison& b) {
  const auto bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
  ASSERT_EQ(a.scores.size(), b.scores.size());
  for (std::size_t index = 0; index < a.scores.size(); ++index) {
    EXPECT_EQ(bits(a.scores[index].value), bits(b.scores[index].value)) << index;
  }
  EXPECT_EQ(bits(a.sums.product), bits(b.sums.product));
  EXPECT_EQ(bits(a.sums.golden_sum), bits(b.sums.golden_sum));
  ASSERT_EQ(a.worst.size(), b.worst.size());
  for (std::size_t rank = 0; rank < a.worst.size(); ++rank) {
    EXPECT_EQ(a.worst[rank].index, b.worst[rank].index);
  }
}

TEST(CompareTest, DoesNotDependOnTheNumberOfThreads) {
  const std::size_t threads = ThreadCount();
  const Pair pair = RandomPair(3'000'001);
  const TestFolder folder;
  PairFiles files = folder.WritePair(pair.golden, pair.target);
  const std::vector<Request> requests = AllRequests();
  SetThreadCount(1);
  const Result<Comparison> expected = Compare(files, requests);
  ASSERT_TRUE(expected.ok());
  for (const std::size_t count : {2U, 3U, 7U, 200U}) {
    SetThreadCount(count);
    const Result<Comparison> comparison = Compare(files, requests);
    ASSERT_TRUE(comparison.ok());
    ExpectSameBits(*comparison, *expected);
  }
  SetThreadCount(threads);
}

TEST(CompareTest, BringsGoldenIntoTheTargetsOrder) {
  // NCHW 1x2x2x2: channel 0 holds 0..3, channel 1 holds 10..13.
  const TestFolder folder;
  PairFiles files = folder.WritePair(std::vector<float>{0, 1, 2, 3, 10, 11, 12, 13},
                                     std::vector<float>{0, 10, 1, 11, 2, 12, 3, 13.5F});
  files.dims = {1, 2, 2, 2};
  files.golden_to_target = {0, 2, 3, 1};
  const Request request = MakeRequest({"MAE,threshold,0.1"});
  Result<Comparison> comparison = Compare(files, {&request, 1});
  ASSERT_TRUE(comparison.ok());
  EXPECT_EQ(comparison->scores[0].value, 0.0625);
  EXPECT_EQ(comparison->sums.difference_max_index, 7U);
  EXPECT_EQ(comparison->verdict, Verdict::kMatch);
  files.golden_to_target = {};
  comparison = Compare(files, {&request, 1});
  EXPECT_EQ(comparison->verdict, Verdict::kMismatch) << "without the order it must fail";
}

TEST(CompareTest, RefusesAnOrderThatDoesNotFit) {
  const TestFolder folder;
  PairFiles files = folder.WritePair(std::vector<float>{1, 2}, std::vector<float>{1, 2});
  for (const Permutation& bad : {Permutation{0, 1}, Permutation{1}, Permutation{-1}}) {
    files.golden_to_target = bad;
    EXPECT_THAT(Compare(files, {}).status().message(), HasSubstr("axis order"));
  }
}

TEST(VerdictTest, MatchesWithinEveryThreshold) {
  const std::vector<Request> requests = {MakeRequest({"SQNR,threshold,20"}),
                                         MakeRequest({"MSE,threshold,0.001"}),
                                         MakeRequest({"MAE"})};
  Comparison comparison =
      CompareValues(std::vector<float>{1, 2, 3}, std::vector<float>{1, 2.01F, 3}, requests);
  EXPECT_EQ(comparison.verdict, Verdict::kMatch) << comparison.reason;
  EXPECT_EQ(comparison.reason, "");
  comparison = CompareValues(std::vector<float>{1, 2, 3}, std::vector<float>{1, 3, 3}, requests);
  EXPECT_EQ(comparison.verdict, Verdict::kMismatch);
  EXPECT_EQ(comparison.within_threshold, (std::vector<bool>{false, false, true}));
  EXPECT_EQ(comparison.reason, "SQNR is 11.4613, below the threshold 20");
}

TEST(VerdictTest, AThresholdIsWithin) {
  const Request request = MakeRequest({"MAE,threshold,0.5"});
  EXPECT_EQ(CompareValues(std::vector<float>{1, 2}, std::vector<float>{1.5F, 2.5F}, {&request, 1})
                .verdict,
            Verdict::kMatch);
}

TEST(VerdictTest, NamesValuesThatAreNotFinite) {
  const Comparison comparison =
      CompareValues(std::vector<float>{1, 2, 3, 4}, std::vector<float>{1, 2, kNan, kInfinity}, {});
  EXPECT_EQ(comparison.verdict, Verdict::kNotFinite);
  EXPECT_EQ(comparison.reason,
            "golden holds 0 NaN and 0 infinite values, target 1 NaN and 1 infinite; they disagree "
            "first at element 2");
}

TEST(VerdictTest, ClassifiesEveryPairOfElements) {
  // Both finite: 3, two of them equal. Equal: 3, one of them NaN. The rest disagree.
  const std::vector<float> golden = {1,         2,    0,          kInfinity, -kInfinity, kNan,
                                     kInfinity, kNan, -kInfinity, 1,         kNan};
  const std::vector<float> target = {1,          3, -0.0F,     kInfinity, -kInfinity, kNan,
                                     -kInfinity, 4, kInfinity, kNan,      kInfinity};
  const Comparison comparison = CompareValues(golden, target, {});
  const PairSums& sums = comparison.sums;
  EXPECT_EQ(sums.count, 11U);
  EXPECT_EQ(sums.finite, 3U);
  EXPECT_EQ(sums.nonfinite_equal, 3U);
  EXPECT_EQ(sums.disagreeing, 5U);
  EXPECT_EQ(sums.equal, 5U);
  EXPECT_EQ(sums.both_nan, 1U);
  EXPECT_EQ(sums.first_both_nan, 5U);
  EXPECT_EQ(sums.first_disagreement, 6U);
  EXPECT_EQ(comparison.verdict, Verdict::kNotFinite);
  EXPECT_THAT(comparison.reason, HasSubstr("first at element 6"));
}

TEST(VerdictTest, InfinitiesOfTwoSignsAndNanAgainstInfinityNeverMatch) {
  for (const auto& [golden, target] : {std::pair(kInfinity, -kInfinity), std::pair(kNan, kInfinity),
                                       std::pair(-kInfinity, kNan)}) {
    for (const VerifierInfo& info : Verifiers()) {
      const Request request =
          MakeRequest({std::string(info.name), "threshold", info.higher_is_better ? "-1" : "1e9"});
      const Comparison comparison = CompareValues(std::vector<float>{3, golden, 2},
                                                  std::vector<float>{3, target, 2}, {&request, 1});
      EXPECT_EQ(comparison.verdict, Verdict::kNotFinite) << info.name;
      EXPECT_FALSE(comparison.within_threshold[0]) << info.name;
    }
  }
}

TEST(VerdictTest, NanOnBothSidesIsSuspicious) {
  const Request request = MakeRequest({"SQNR,threshold,20"});
  const Comparison comparison =
      CompareValues(std::vector<float>{1, kNan, 3}, std::vector<float>{1, kNan, 3}, {&request, 1});
  EXPECT_EQ(comparison.verdict, Verdict::kSuspicious);
  EXPECT_EQ(comparison.reason,
            "1 element is NaN on both sides, first element 1: golden itself has no answer there");
  EXPECT_FALSE(Identical(comparison.sums));
}

TEST(VerdictTest, WithoutAThresholdOnlyTheFaithfulMatch) {
  const auto verdict = [](float target) {
    return CompareValues(std::vector<float>{100, 1}, std::vector<float>{target, 1}, {}).verdict;
  };
  EXPECT_EQ(verdict(100), Verdict::kMatch);
  EXPECT_EQ(verdict(100.99F), Verdict::kMatch) << "40.08 dB";
  EXPECT_EQ(verdict(101.01F), Verdict::kNotJudged) << "39.91 dB";
  EXPECT_EQ(verdict(-100), Verdict::kNotJudged) << "-6 dB";
}

TEST(VerdictTest, NamesMatchOnlyWhereAllAreEqual) {
  const TestFolder folder;
  PairFiles files = folder.WritePair(std::vector<float>{70000, 70001, 70002},
                                     std::vector<float>{70000, 70001, 70003});
  EXPECT_EQ(Compare(files, {})->verdict, Verdict::kMatch) << "as numbers they are close";
  files.discrete = true;
  const Result<Comparison> comparison = Compare(files, {});
  EXPECT_EQ(comparison->verdict, Verdict::kNotJudged);
  EXPECT_EQ(comparison->reason, "2 of 3 integers are equal");
  EXPECT_DOUBLE_EQ(Agreement(comparison->sums), 2.0 / 3);
}

TEST(VerdictTest, AcceptsInfinitiesOnBothSides) {
  const Comparison comparison =
      CompareValues(std::vector<float>{-kInfinity, 2, 3}, std::vector<float>{-kInfinity, 2, 3}, {});
  EXPECT_EQ(comparison.verdict, Verdict::kMatch);
  EXPECT_EQ(comparison.sums.golden_inf, 1U);
}

TEST(VerdictTest, SuspectsWhatProvesLittle) {
  const auto verdict = [](std::vector<float> golden, std::vector<float> target) {
    const Comparison comparison = CompareValues(golden, target, AllRequests());
    return std::string(Name(comparison.verdict)) + ": " + comparison.reason;
  };
  EXPECT_EQ(verdict({}, {}), "suspicious: the tensors have no elements");
  EXPECT_EQ(verdict({0, 0}, {0, 0}), "suspicious: golden is all zero");
  EXPECT_EQ(verdict({2, 2}, {2, 2}), "suspicious: golden is constant (2)");
  EXPECT_EQ(verdict({1, 2}, {2, 2}), "suspicious: target is constant (2) where golden is not");
  EXPECT_EQ(verdict({kNan}, {kNan}), "suspicious: no element is finite on both sides");
  EXPECT_EQ(verdict({2}, {2}), "match: ");
}

TEST(VerdictTest, AThresholdWeighsMoreThanASuspicion) {
  const Request request = MakeRequest({"MAE,threshold,0.5"});
  EXPECT_EQ(
      CompareValues(std::vector<float>{0, 0}, std::vector<float>{1, 2}, {&request, 1}).verdict,
      Verdict::kMismatch);
}

TEST(VerdictTest, NoScoreIsWithinNoThreshold) {
  const Request request = MakeRequest({"MeanIOU,threshold,0.5"});
  const Comparison comparison =
      CompareValues(std::vector<float>{0.5F, 1}, std::vector<float>{0.25F, 1}, {&request, 1});
  EXPECT_EQ(comparison.verdict, Verdict::kMismatch);
  EXPECT_THAT(comparison.reason, HasSubstr("MeanIOU has no score for its threshold"));
  EXPECT_EQ(CompareValues(std::vector<float>{0.5F, 1}, std::vector<float>{0.5F, 1}, {&request, 1})
                .verdict,
            Verdict::kMatch)
      << "identical tensors are fine";
}

TEST(VerdictTest, SaysHowShapesDiffer) {
  const Request request = MakeRequest({"SQNR,threshold,20"});
  Comparison comparison =
      CompareValues(std::vector<float>{1, 2, 3}, std::vector<float>{1, 2}, {&request, 1});
  EXPECT_EQ(comparison.verdict, Verdict::kShapeMismatch);
  EXPECT_EQ(comparison.reason, "golden holds 3 elements, target 2");
  EXPECT_TRUE(std::isnan(comparison.scores[0].value));
  EXPECT_FALSE(comparison.within_threshold[0]);
  const TestFolder folder;
  PairFiles files = folder.WritePair(std::vector<float>{1, 2}, std::vector<float>{1, 2});
  files.dims = {3, 5};
  EXPECT_EQ(Compare(files, {})->reason, "the files hold 2 elements, the dims 3x5 ask for 15");
  files.has_dims = false;
  EXPECT_EQ(Compare(files, {})->verdict, Verdict::kMatch);
}

TEST(CompareAllTest, AnswersEveryPairInOrder) {
  const std::vector<Request> requests = AllRequests();
  std::vector<TestFolder> folders(4);
  std::vector<PairJob> jobs;
  const std::size_t sizes[] = {10, 2'500'000, 70000, 1'200'000};
  for (std::size_t index = 0; index < folders.size(); ++index) {
    const Pair pair = RandomPair(sizes[index], static_cast<unsigned>(index));
    jobs.push_back({folders[index].WritePair(pair.golden, pair.target), requests});
  }
  PairFiles missing = jobs[0].files;
  missing.golden = folders[0].path() / "gone.raw";
  jobs.insert(jobs.begin() + 1, {missing, requests});
  const std::vector<Result<Comparison>> results = CompareAll(jobs);
  ASSERT_EQ(results.size(), jobs.size());
  for (std::size_t index = 0; index < jobs.size(); ++index) {
    if (index == 1) {
      EXPECT_THAT(results[index].status().message(), HasSubstr("gone.raw"));
      continue;
    }
    const Result<Comparison> single = Compare(jobs[index].files, requests);
    ASSERT_TRUE(results[index].ok() && single.ok());
    ExpectSameBits(*results[index], *single);
  }
}

// Puts together what it was shown.
class Recorder : public PairObserver {
 public:
  void Start(std::uint64_t count) override { seen_.assign(count, kNan); }
  void Visit(std::uint64_t first, std::span<const float> golden,
             std::span<const float> target) override {
    EXPECT_EQ(golden.size(), target.size());
    std::ranges::copy(target, seen_.begin() + static_cast<std::ptrdiff_t>(first));
  }
  void Finish(const Comparison& comparison) override {
    ++finished_;
    count_ = comparison.sums.count;
  }

  std::vector<float> seen_;
  std::uint64_t count_ = 0;
  int finished_ = 0;
};

TEST(CompareAllTest, ShowsEveryElementToTheObserver) {
  const std::vector<Request> requests = {MakeRequest({"SQNR"})};
  for (const std::size_t size : {0U, 10U, 70000U, 2'500'000U}) {
    const Pair pair = RandomPair(size);
    const TestFolder folder;
    Recorder recorder;
    const PairJob job{folder.WritePair(pair.golden, pair.target), requests, &recorder};
    ASSERT_TRUE(CompareAll({&job, 1}).front().ok());
    EXPECT_EQ(recorder.seen_, pair.target);
    EXPECT_EQ(recorder.count_, size);
    EXPECT_EQ(recorder.finished_, 1);
  }
}

TEST(CompareAllTest, ShowsNothingOfTensorsThatDoNotPairUp) {
  const TestFolder folder;
  Recorder recorder;
  const PairJob job{
      folder.WritePair(std::vector<float>{1, 2}, std::vector<float>{1}), {}, &recorder};
  ASSERT_TRUE(CompareAll({&job, 1}).front().ok());
  EXPECT_EQ(recorder.finished_, 0);
}

TEST(CompareAllTest, TakesNoPairs) { EXPECT_TRUE(CompareAll({}).empty()); }

}  // namespace
}  // namespace acc::verify

// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/algorithms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "quantize/encoding.h"

namespace acc::quantize {
namespace {

std::vector<float> Sample(int seed, int kind, std::size_t count = 4000) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::normal_distribution<double> normal(0.3, 1);
  std::vector<float> values(count);
  for (float& value : values) {
    const double x = normal(random);
    // Bell-shaped, long-tailed, and one-sided as after a Relu.
    value = static_cast<float>(kind == 0 ? x : kind == 1 ? x * x * x : std::max(x, 0.0));
  }
  return values;
}

Observer Seen(std::span<const float> values) {
  Observer observer(true);
  observer.Add(values);
  return observer;
}

Encoding Encode(Algorithm algorithm, const Observer& observer, const EncodingRequest& request) {
  return InfoOf(algorithm).encode(ObservationOf(observer), request);
}

// AIMET's documented searches, without any short cut: each calls `visit` with its
// candidates.
using Visit = std::function<void(const Encoding&)>;

void VisitAsymmetricGrid(const Observation& seen, int bitwidth, const Visit& visit) {
  const auto steps = static_cast<double>(Steps(bitwidth));
  const double min = std::min(seen.min, 0.0);
  const double max = std::max(seen.max, 0.0);
  const double widest = (max - min) / steps;
  const double observed_min = widest * std::round(min / widest);
  const double observed_max = observed_min + widest * steps;
  visit(EncodingFromScale(widest, std::llround(min / widest), bitwidth, false));
  for (int k = 1; k <= 17; ++k) {
    for (int i = 0; i <= 20; ++i) {
      const double scale = widest * k / 16;
      const double offset = std::round(-steps + steps * i / 20);
      const double low = std::max(observed_min, scale * offset);
      const double high = std::min(observed_max, scale * (offset + steps));
      const double delta = (high - low) / steps;
      visit(EncodingFromScale(delta, std::llround(low / delta), bitwidth, false));
    }
  }
}

void VisitSymmetricScales(const Observation& seen, int bitwidth, const Visit& visit) {
  const double widest =
      std::max(std::abs(seen.min), std::abs(seen.max)) / static_cast<double>(Steps(bitwidth) / 2);
  for (int k = 1; k <= 101; ++k) {
    visit(EncodingFromScale(widest * k / 100, -Steps(bitwidth) / 2 - 1, bitwidth, true));
  }
}

// All ranges whose ends are edges of 512 bins over the observed range, every eighth of them.
void VisitBinEdges(const Observation& seen, const EncodingRequest& request, const Visit& visit) {
  constexpr int kEdges = 64;
  const double width = (seen.max - seen.min) / kEdges;
  for (int first = 0; first < kEdges; ++first) {
    for (int last = first + 1; last <= kEdges; ++last) {
      const double low = std::min(seen.min + width * first, 0.0);
      const double high = std::max(seen.min + width * last, 0.0);
      visit(request.symmetric ? SymmetricEncoding(low, high, request.bitwidth)
                              : AsymmetricEncoding(low, high, request.bitwidth));
    }
  }
}

void VisitDocumented(Algorithm algorithm, const Observation& seen, const EncodingRequest& request,
                     const Visit& visit) {
  if (algorithm != Algorithm::kEnhanced) return VisitBinEdges(seen, request, visit);
  if (request.symmetric) return VisitSymmetricScales(seen, request.bitwidth, visit);
  VisitAsymmetricGrid(seen, request.bitwidth, visit);
}

TEST(Searches, AreNeverWorseThanTheDocumentedOnes) {
  // A float32 scale instead of a double one moves the cost by parts in ten million.
  constexpr double kRounding = 1 + 1e-5;
  // So few that the values themselves count, and so many that their histogram does.
  for (const auto& [kind, count] : {std::pair{0, 6000}, {1, 6000}, {2, 6000}, {0, 90}, {2, 300}}) {
    const Observer observer = Seen(Sample(kind, kind, static_cast<std::size_t>(count)));
    const Observation seen = ObservationOf(observer);
    for (const AlgorithmInfo& row : Algorithms()) {
      if (row.cost == nullptr) continue;
      for (const int bitwidth : {4, 8, 16}) {
        for (const bool symmetric : {false, true}) {
          const EncodingRequest request{.bitwidth = bitwidth, .symmetric = symmetric};
          double documented = std::numeric_limits<double>::infinity();
          VisitDocumented(row.algorithm, seen, request, [&](const Encoding& candidate) {
            documented = std::min(documented, row.cost(seen, candidate));
          });
          EXPECT_LE(row.cost(seen, row.encode(seen, request)), documented * kRounding)
              << row.name << " kind " << kind << " bits " << bitwidth << " symmetric " << symmetric;
        }
      }
    }
  }
}

TEST(Searches, ClipALongTail) {
  std::vector<float> values = Sample(1, 0, 20000);
  values.push_back(40);
  const Observer observer = Seen(values);
  const Encoding tf = Encode(Algorithm::kTf, observer, {.bitwidth = 4});
  for (const Algorithm algorithm :
       {Algorithm::kEnhanced, Algorithm::kMse, Algorithm::kEntropy, Algorithm::kPercentile}) {
    EXPECT_LT(Encode(algorithm, observer, {.bitwidth = 4}).max, 0.8 * tf.max)
        << InfoOf(algorithm).name;
  }
}

TEST(Searches, MseClipsMoreThanEnhanced) {
  const Observer observer = Seen(Sample(3, 1));
  EXPECT_LT(Encode(Algorithm::kMse, observer, {.bitwidth = 4}).scale,
            Encode(Algorithm::kEnhanced, observer, {.bitwidth = 4}).scale);
}

// The formula of the row, bin by bin.
double PlainEntropy(const Histogram& histogram, const Encoding& encoding) {
  const auto middle = [&](std::size_t bin) {
    return (static_cast<double>(histogram.first() + static_cast<std::int64_t>(bin)) + 0.5) *
           histogram.width();
  };
  std::vector<std::size_t> inside;
  for (std::size_t bin = 0; bin < histogram.counts().size(); ++bin) {
    const double steps = middle(bin) / encoding.scale - static_cast<double>(encoding.offset);
    if (steps >= -0.5 && steps < static_cast<double>(Steps(encoding.bitwidth)) + 0.5) {
      inside.push_back(bin);
    }
  }
  std::map<double, std::pair<double, double>> codes;  // To the count and the number of bins.
  double kept = 0;
  for (const std::size_t bin : inside) {
    const auto count = static_cast<double>(histogram.counts()[bin]);
    auto& [sum, filled] = codes[std::nearbyint(middle(bin) / encoding.scale)];
    sum += count;
    filled += count > 0 ? 1 : 0;
    kept += count;
  }
  const auto total = static_cast<double>(histogram.total());
  double divergence = 0;
  for (const std::size_t bin : inside) {
    auto count = static_cast<double>(histogram.counts()[bin]);
    const auto& [sum, filled] = codes.at(std::nearbyint(middle(bin) / encoding.scale));
    const double quantized = count > 0 ? sum / filled / kept : 1e-4;
    for (std::size_t other = 0; other < histogram.counts().size(); ++other) {
      const bool below = bin == inside.front() && other < bin;
      const bool above = bin == inside.back() && other > bin;
      if (below || above) count += static_cast<double>(histogram.counts()[other]);
    }
    if (count > 0) divergence += count / total * std::log(count / total / quantized);
  }
  return std::max(divergence, 0.0);
}

TEST(Entropy, CostIsTheFormula) {
  for (int kind = 0; kind < 3; ++kind) {
    const Observer observer = Seen(Sample(kind, kind));
    for (const auto& [min, max] : {std::pair{-3.0, 3.0}, {-0.7, 1.3}, {0.0, 2.0}, {-50.0, 50.0}}) {
      const Encoding encoding = AsymmetricEncoding(min, max, 6);
      const double expected = PlainEntropy(*observer.histogram(), encoding);
      EXPECT_NEAR(InfoOf(Algorithm::kEntropy).cost(ObservationOf(observer), encoding), expected,
                  1e-9 + 1e-9 * std::abs(expected));
    }
  }
}

TEST(Entropy, OutOfReachOfEveryValueCostsInfinitelyMuch) {
  const Observer observer = Seen(std::vector<float>{100, 101});
  EXPECT_EQ(InfoOf(Algorithm::kEntropy).cost(ObservationOf(observer), AsymmetricEncoding(0, 1, 8)),
            std::numeric_limits<double>::infinity());
}

TEST(Percentile, LeavesOutItsShareAtEachEnd) {
  std::vector<float> values(10001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) - 5000;
  const Observer observer = Seen(values);
  for (const double percentile : {90.0, 99.0, 99.9, 99.99, 100.0}) {
    const Encoding encoding =
        Encode(Algorithm::kPercentile, observer, {.bitwidth = 16, .percentile = percentile});
    const double end = 5000 - std::floor(10001 * (100 - percentile) / 100);
    EXPECT_NEAR(encoding.max, end, 2 * observer.histogram()->width());
    EXPECT_NEAR(encoding.min, -end, 2 * observer.histogram()->width());
  }
}

TEST(Percentile, FewValuesAreAllKept) {
  const Observer observer = Seen(std::vector<float>{-1, 0.1F, 0.2F, 3});
  const Encoding kept = Encode(Algorithm::kPercentile, observer, {});
  const Encoding tf = Encode(Algorithm::kTf, observer, {});
  EXPECT_EQ(kept.scale, tf.scale);
  EXPECT_EQ(kept.offset, tf.offset);
}

TEST(Asymmetric, IsTf) {
  const Observation observation{.min = -1.8, .max = 0.5};
  for (const bool symmetric : {false, true}) {
    const EncodingRequest request{.symmetric = symmetric};
    const Encoding tf = InfoOf(Algorithm::kTf).encode(observation, request);
    const Encoding asymmetric = InfoOf(Algorithm::kAsymmetric).encode(observation, request);
    EXPECT_EQ(tf.scale, asymmetric.scale);
    EXPECT_EQ(tf.offset, asymmetric.offset);
  }
}

TEST(Tf, GivesTheDocumentedExamples) {
  const std::vector<float> values = {-1.8F, -1, 0, 0.5F};
  const Encoding example = Encode(Algorithm::kTf, Seen(values), {});
  EXPECT_NEAR(example.min, -1.803922, 5e-7);
  EXPECT_NEAR(example.max, 0.496078, 5e-7);
  EXPECT_NEAR(example.scale, 0.009020, 5e-7);
  const std::vector<std::int64_t> codes = {0, 89, 200, 255};
  const std::vector<double> dequantized = {-1.8039, -1.0011, 0, 0.4961};
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(CodeOf(values[i], example), codes[i]);
    EXPECT_NEAR(ValueOf(codes[i], example), dequantized[i], 1e-4);  // As printed there.
  }
  const Encoding shifted = InfoOf(Algorithm::kTf).encode({.min = -5.1, .max = 5.1}, {});
  EXPECT_NEAR(shifted.min, -5.12, 1e-6);
  EXPECT_NEAR(shifted.max, 5.08, 1e-6);
  EXPECT_EQ(shifted.offset, -128);
}

TEST(Adjusted, ClipsNothingAndNoSmallerScaleWould) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> number(0.01, 5);
  for (int round = 0; round < 200; ++round) {
    const double min = -number(random);
    const double max = number(random);
    const Encoding encoding = InfoOf(Algorithm::kAdjusted).encode({.min = min, .max = max}, {});
    EXPECT_LE(encoding.min, min * (1 - 1e-6));
    EXPECT_GE(encoding.max, max * (1 - 1e-6));
    double smallest = std::numeric_limits<double>::infinity();
    for (int zero = 1; zero < 255; ++zero) {
      smallest = std::min(smallest, std::max(-min / zero, max / (255 - zero)));
    }
    EXPECT_NEAR(encoding.scale, smallest, 1e-6 * smallest);
  }
}

TEST(Adjusted, OtherThanEightBitsIsTf) {
  const Observation observation{.min = -1, .max = 1.3};
  EXPECT_EQ(InfoOf(Algorithm::kAdjusted).encode(observation, {.bitwidth = 16}).scale,
            InfoOf(Algorithm::kTf).encode(observation, {.bitwidth = 16}).scale);
}

class EveryAlgorithm : public ::testing::TestWithParam<AlgorithmInfo> {};

TEST_P(EveryAlgorithm, HasADefinedAnswerForOddValues) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<std::vector<float>> cases = {{},
                                                 {0},
                                                 {0, 0, 0},
                                                 {3},
                                                 {-3},
                                                 {1e-30F},
                                                 {kInfinity, 1},
                                                 {std::nanf("")},
                                                 {-1e38F, 3e38F},
                                                 {1, 2, 3},
                                                 {-1, -2, -3}};
  for (const std::vector<float>& values : cases) {
    for (const int bitwidth : {4, 8, 16}) {
      for (const bool symmetric : {false, true}) {
        const Encoding encoding =
            EncodingOfValues(values, GetParam(), {.bitwidth = bitwidth, .symmetric = symmetric});
        EXPECT_EQ(encoding.bitwidth, bitwidth);
        EXPECT_TRUE(std::isfinite(encoding.scale) && encoding.scale > 0);
        EXPECT_EQ(ValueOf(CodeOf(0, encoding), encoding), 0);
        EXPECT_GE(encoding.max - encoding.min, kMinWidth * 0.999);
        EXPECT_EQ(encoding.symmetric, symmetric || GetParam().symmetric);
        if (encoding.symmetric) {
          EXPECT_EQ(encoding.offset, -Steps(bitwidth) / 2 - 1);
        }
      }
    }
  }
}

TEST_P(EveryAlgorithm, DoesNotDependOnTheOrderOfValues) {
  std::vector<float> values = Sample(7, 1);
  const Encoding one = EncodingOfValues(values, GetParam(), {});
  std::reverse(values.begin(), values.end());
  const Encoding other = EncodingOfValues(values, GetParam(), {});
  EXPECT_EQ(one.scale, other.scale);
  EXPECT_EQ(one.offset, other.offset);
}

INSTANTIATE_TEST_SUITE_P(Algorithms, EveryAlgorithm,
                         ::testing::ValuesIn(Algorithms().begin(), Algorithms().end()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(EveryAlgorithm, KeepsTheRangeOfASingleValue) {
  for (const float value : {3.0F, -3.0F}) {
    const Encoding encoding = EncodingOfValues(std::vector<float>{value}, GetParam(), {});
    EXPECT_NEAR(ValueOf(CodeOf(value, encoding), encoding), value, encoding.scale);
  }
}

TEST_P(EveryAlgorithm, LeavesOutWhatIsNotFinite) {
  std::vector<float> values = Sample(2, 0);
  const Encoding without = EncodingOfValues(values, GetParam(), {});
  values.insert(values.begin() + 100, {std::nanf(""), std::numeric_limits<float>::infinity(),
                                       -std::numeric_limits<float>::infinity()});
  const Encoding with = EncodingOfValues(values, GetParam(), {});
  EXPECT_EQ(with.scale, without.scale);
  EXPECT_EQ(with.offset, without.offset);
}

TEST_P(EveryAlgorithm, StaysOnItsSideOfZero) {
  std::vector<float> values = Sample(4, 2);
  const EncodingRequest request{};
  const Encoding positive = EncodingOfValues(values, GetParam(), request);
  for (float& value : values) value = -value;
  const Encoding negative = EncodingOfValues(values, GetParam(), request);
  if (GetParam().symmetric) return;
  EXPECT_EQ(positive.min, 0);
  EXPECT_EQ(negative.max, 0);
}

TEST_P(EveryAlgorithm, CostsNoMoreThanTheObservedRange) {
  if (GetParam().cost == nullptr) return;
  const Observer observer = Seen(Sample(6, 1));
  const Observation seen = ObservationOf(observer);
  for (const bool symmetric : {false, true}) {
    const EncodingRequest request{.symmetric = symmetric};
    EXPECT_LE(GetParam().cost(seen, GetParam().encode(seen, request)),
              GetParam().cost(seen, InfoOf(Algorithm::kTf).encode(seen, request)));
  }
}

TEST(Algorithms, NamesAreUniqueAndEveryAlgorithmHasARow) {
  std::set<std::string_view> names;
  for (const AlgorithmInfo& row : Algorithms()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(row.summary.ends_with("."));
    EXPECT_FALSE(row.criterion.empty() || row.source.empty());
    EXPECT_TRUE(row.cost == nullptr || row.needs_histogram);
    EXPECT_EQ(&InfoOf(row.algorithm), &row);
    EXPECT_EQ(*AlgorithmNamed(row.name), row.algorithm);
    if (!row.calibration.empty()) {
      EXPECT_EQ(*AlgorithmOfCalibration(row.calibration), row.algorithm);
    }
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"adjusted", "asymmetric", "enhanced", "entropy",
                                               "mse", "percentile", "symmetric", "tf"}));
}

TEST(Algorithms, AnUnknownNameIsAUsageErrorThatListsThem) {
  const Status status = AlgorithmNamed("enhance").status();
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_NE(status.message().find("'enhance'"), std::string::npos);
  EXPECT_NE(status.message().find("percentile"), std::string::npos);
  const Status word = AlgorithmOfCalibration("tf").status();
  EXPECT_NE(word.message().find("min-max"), std::string::npos);
}

}  // namespace
}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/config.h"

#include <gtest/gtest.h>

#include <string>

#include "base/files.h"
#include "base/scratch_folder_testing.h"

namespace acc::features {
namespace {

Result<CheckerConfig> Read(const std::string& text) {
  const ScratchFolder folder;
  const auto path = folder.path() / "config.json";
  EXPECT_TRUE(WriteFile(path, text).ok());
  return ReadCheckerConfig(path);
}

std::string ErrorOf(const std::string& text) {
  const auto config = Read(text);
  EXPECT_FALSE(config.ok()) << text;
  EXPECT_EQ(config.status().code(), StatusCode::kUsage) << text;
  return config.status().message();
}

// The sample of the contract.
constexpr char kSample[] = R"({
  "WEIGHT_COMPARISON_ALGORITHMS": [
    {"algo_name": "minmax", "threshold": "10"}, {"algo_name": "maxdiff", "threshold": "10"},
    {"algo_name": "sqnr", "threshold": "26"}, {"algo_name": "stats", "threshold": "2"},
    {"algo_name": "data_range_analyzer"},
    {"algo_name": "data_distribution_analyzer", "threshold": "0.6"}],
  "BIAS_COMPARISON_ALGORITHMS": [{"algo_name": "sqnr", "threshold": "26"}],
  "ACT_COMPARISON_ALGORITHMS": [
    {"algo_name": "minmax", "threshold": "10"}, {"algo_name": "data_range_analyzer"}],
  "INPUT_DATA_ANALYSIS_ALGORITHMS": [{"algo_name": "stats", "threshold": "2"}],
  "QUANTIZATION_ALGORITHMS": ["cle", "None"],
  "QUANTIZATION_VARIATIONS": ["tf", "enhanced", "symmetric", "asymmetric"]
})";

TEST(CheckerConfig, ReadsTheSample) {
  const auto config = Read(kSample);
  ASSERT_TRUE(config.ok()) << config.status().message();
  ASSERT_EQ(config->weights.size(), 6U);
  EXPECT_EQ(config->weights[2].check->name, "sqnr");
  EXPECT_EQ(config->weights[2].threshold.value, 26);
  EXPECT_EQ(config->weights[2].threshold_text, "26");
  EXPECT_EQ(config->weights[4].threshold_text, "");
  EXPECT_EQ(config->activations.size(), 2U);
  EXPECT_EQ(config->inputs.size(), 1U);
  EXPECT_EQ(config->equalize, (std::vector<bool>{true, false}));
  ASSERT_EQ(config->variations.size(), 4U);
  EXPECT_EQ(config->variations[1].weights, quantize::Algorithm::kEnhanced);
  EXPECT_EQ(config->per_channel, (std::vector<bool>{false}));
}

TEST(CheckerConfig, AnEmptyOneTriesTheUsualVariations) {
  const auto config = Read("{}");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->variations.size(), 4U);
  EXPECT_EQ(config->equalize, (std::vector<bool>{false}));
}

TEST(CheckerConfig, ReadsMoreThanTheContract) {
  const auto config = Read(R"({"QUANTIZATION_ALGORITHMS": [null, "CLE"],
    "QUANTIZATION_VARIATIONS": ["mse", "entropy", "percentile", "adjusted"],
    "PER_CHANNEL_QUANTIZATION": [true, "False"],
    "WEIGHT_COMPARISON_ALGORITHMS": [{"algo_name": "MinMax", "threshold": "2.5 %"},
                                     {"algo_name": "sqnr", "threshold": 30}]})");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->equalize, (std::vector<bool>{false, true}));
  EXPECT_EQ(config->per_channel, (std::vector<bool>{true, false}));
  EXPECT_TRUE(config->weights[0].threshold.percent);
  EXPECT_EQ(config->weights[0].threshold.value, 2.5);
  EXPECT_EQ(config->weights[1].threshold_text, "30");
  EXPECT_EQ(config->variations[3].activations, quantize::Algorithm::kTf);
  EXPECT_EQ(config->variations[3].weights, quantize::Algorithm::kAdjusted);
}

TEST(CheckerConfig, SaysWhatIsWrong) {
  struct Row {
    std::string text;
    std::string message;
  };
  const Row rows[] = {
      {"[]", "no JSON object"},
      {R"({"WEIGHT_COMPARISON_ALGORITHM": []})", "Did you mean 'WEIGHT_COMPARISON_ALGORITHMS'?"},
      {R"({"ACT_COMPARISON_ALGORITHMS": {}})", "ACT_COMPARISON_ALGORITHMS: is no array"},
      {R"({"ACT_COMPARISON_ALGORITHMS": ["sqnr"]})", "is no entry like"},
      {R"({"ACT_COMPARISON_ALGORITHMS": [{"algo_name": "sqn", "threshold": "1"}]})",
       "Did you mean 'sqnr'?"},
      {R"({"ACT_COMPARISON_ALGORITHMS": [{"algo_name": "sqnr"}]})", "sqnr needs a threshold (dB)"},
      {R"({"ACT_COMPARISON_ALGORITHMS": [{"algo_name": "sqnr", "threshold": "high"}]})",
       "is no number"},
      {R"({"ACT_COMPARISON_ALGORITHMS": [{"algo_name": "sqnr", "threshold": "nan"}]})",
       "is no number"},
      {R"({"ACT_COMPARISON_ALGORITHMS": [{"algo_name": "sqnr", "threshold": "5%"}]})",
       "is no percentage"},
      {R"({"ACT_COMPARISON_ALGORITHMS": [{"algo_name": "sqnr", "treshold": "5"}]})",
       "Did you mean 'threshold'?"},
      {R"({"ACT_COMPARISON_ALGORITHMS": [{"algo_name": "sqnr", "threshold": "5"},
                                         {"algo_name": "sqnr", "threshold": "6"}]})",
       "is there twice"},
      {R"({"INPUT_DATA_ANALYSIS_ALGORITHMS": [{"algo_name": "maxdiff", "threshold": "5"}]})",
       "before they are quantized"},
      {R"({"QUANTIZATION_VARIATIONS": []})", "is no array of"},
      {R"({"QUANTIZATION_VARIATIONS": ["enhnced"]})", "Did you mean 'enhanced'?"},
      {R"({"QUANTIZATION_VARIATIONS": ["tf", "TF"]})", "is there twice"},
      {R"({"QUANTIZATION_ALGORITHMS": ["bc"]})", "There are cle, none."},
      {"{\xE2\x80\x9CQUANTIZATION_ALGORITHMS\xE2\x80\x9D: []}", "typographic quote"},
  };
  for (const Row& row : rows) {
    const std::string message = ErrorOf(row.text);
    EXPECT_NE(message.find(row.message), std::string::npos) << row.text << "\n" << message;
    EXPECT_NE(message.find("config.json"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace acc::features

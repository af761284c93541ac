// SPDX-License-Identifier: BSD-3-Clause
#include "cli/given.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/files.h"
#include "cli/words.h"
#include "features/end_to_end/feature.h"
#include "features/verification/feature.h"
#include "flags/given_json.h"

namespace acc::cli {
namespace {

using features::Feature;
using flags::Given;
using flags::Occurrences;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class GivenTest : public testing::Test {
 protected:
  GivenTest() : folder_(std::filesystem::path(testing::TempDir()) / "given_test") {
    std::filesystem::create_directories(folder_);
  }
  ~GivenTest() override { std::filesystem::remove_all(folder_); }

  static Result<Given> Words(const std::vector<std::string>& words,
                             const Feature& feature = features::EndToEnd()) {
    return GivenInWords(feature, words);
  }

  Result<Given> Config(std::string_view text, const Feature& feature = features::EndToEnd()) {
    EXPECT_TRUE(WriteFile(folder_ / "config.json", text).ok());
    return GivenInConfig(feature, folder_ / "config.json");
  }

  static Occurrences Of(const Result<Given>& given, std::string_view name,
                        const Feature& feature = features::EndToEnd()) {
    EXPECT_TRUE(given.ok()) << given.status().message();
    if (!given.ok()) return {};
    EXPECT_NE(flags::FindFlag(feature.flags, name), nullptr) << name;
    const auto found = given->find(name);
    return found == given->end() ? Occurrences{} : found->second;
  }

  std::filesystem::path folder_;
};

void ExpectUsageError(const Result<Given>& given, const testing::Matcher<std::string>& message) {
  ASSERT_FALSE(given.ok());
  EXPECT_EQ(given.status().code(), StatusCode::kUsage);
  EXPECT_THAT(given.status().message(), message);
}

TEST_F(GivenTest, OccurrencesStayApart) {
  const Result<Given> given = Words({"-i",
                                     "data",
                                     "1,3",
                                     "a.raw",
                                     "-i",
                                     "b",
                                     "1",
                                     "b.raw",
                                     "int64",
                                     "-o",
                                     "x",
                                     "-o",
                                     "[y,z]",
                                     "--default_verifier",
                                     "CosineSimilarity",
                                     "param1",
                                     "1",
                                     "--default_verifier",
                                     "SQNR",
                                     "threshold",
                                     "-3"});
  EXPECT_THAT(Of(given, "input_tensor"), ElementsAre(ElementsAre("data", "1,3", "a.raw"),
                                                     ElementsAre("b", "1", "b.raw", "int64")));
  EXPECT_THAT(Of(given, "output_tensor"), ElementsAre(ElementsAre("x"), ElementsAre("[y,z]")));
  EXPECT_THAT(Of(given, "default_verifier"),
              ElementsAre(ElementsAre("CosineSimilarity", "param1", "1"),
                          ElementsAre("SQNR", "threshold", "-3")));
}

TEST_F(GivenTest, EmptyDimsAreAWord) {
  EXPECT_THAT(Of(Words({"-i", "data", "", "a.raw"}), "input_tensor"),
              ElementsAre(ElementsAre("data", "", "a.raw")));
}

TEST_F(GivenTest, ASwitchIsOneOccurrenceWithoutWords) {
  EXPECT_THAT(Of(Words({"-v", "--verbose"}), "verbose"), ElementsAre(SizeIs(0)));
}

TEST_F(GivenTest, ChoicesComeInTheTablesSpelling) {
  EXPECT_THAT(Of(Words({"-f", "ONNX", "1.18"}), "framework"),
              ElementsAre(ElementsAre("onnx", "1.18")));
}

TEST_F(GivenTest, UnknownFlagsAreSpelt) {
  ExpectUsageError(Words({"--framewrok", "onnx"}),
                   AllOf(HasSubstr("the end-to-end run has no flag '--framewrok'"),
                         HasSubstr("Did you mean '--framework'?")));
  ExpectUsageError(Words({"--verifcation"}), HasSubstr("Did you mean '--verification'?"));
}

TEST_F(GivenTest, AFlagOfAnotherFeatureNamesIt) {
  ExpectUsageError(Words({"--runtime", "cpu"}, features::Verification()),
                   AllOf(HasSubstr("--verification has no flag '--runtime'"),
                         HasSubstr("It belongs to --inference_engine and the end-to-end run.")));
}

TEST_F(GivenTest, StrayWordsAreErrors) {
  ExpectUsageError(Words({"model.onnx"}), HasSubstr("'model.onnx' belongs to no flag"));
  ExpectUsageError(Words({"-m", "my", "model.onnx"}), HasSubstr("need quotes"));
  ExpectUsageError(Words({"-i", "a", "1", "x", "float32", "y"}), HasSubstr("'y' belongs to no"));
}

TEST_F(GivenTest, WrongCountsAreErrors) {
  ExpectUsageError(Words({"-i", "data"}),
                   HasSubstr("--input_tensor takes NAME DIMS RAW [TYPE], found: data"));
  ExpectUsageError(Words({"-m", "a", "-m", "b"}), HasSubstr("--model_path is given 2 times"));
  ExpectUsageError(Words({"-m", ""}), HasSubstr("--model_path has an empty value"));
}

TEST_F(GivenTest, WrongChoicesAreSpelt) {
  ExpectUsageError(Words({"--runtime", "dspp"}),
                   AllOf(HasSubstr("--runtime has no choice 'dspp'; it is one of cpu, gpu, dsp"),
                         HasSubstr("Did you mean 'dsp'?")));
  ExpectUsageError(Words({"-abw", "7"}), HasSubstr("one of 8, 16"));
}

TEST_F(GivenTest, ConfigReadsEveryForm) {
  const Result<Given> given = Config(R"({
    "framework": ["onnx", "1.18"], "--model_path": "my model.onnx", "verbose": true,
    "offline_prepare": false, "act_bitwidth": 16, "precision": null,
    "input_tensor": [["a", "1,3", "a.raw"], ["b", "1", "b.raw", "int64"]],
    "output_tensor": ["x y", "z"],
    "default_verifier": ["SQNR", "CosineSimilarity threshold 0.9"],
    "golden_dir_for_mapping": "g"})");
  EXPECT_THAT(Of(given, "framework"), ElementsAre(ElementsAre("onnx", "1.18")));
  EXPECT_THAT(Of(given, "model_path"), ElementsAre(ElementsAre("my model.onnx")));
  EXPECT_THAT(Of(given, "verbose"), SizeIs(1));
  EXPECT_THAT(Of(given, "offline_prepare"), SizeIs(0));
  EXPECT_THAT(Of(given, "precision"), SizeIs(0));
  EXPECT_THAT(Of(given, "act_bitwidth"), ElementsAre(ElementsAre("16")));
  EXPECT_THAT(Of(given, "input_tensor"), SizeIs(2));
  EXPECT_THAT(Of(given, "output_tensor"), ElementsAre(ElementsAre("x y"), ElementsAre("z")));
  EXPECT_THAT(
      Of(given, "default_verifier"),
      ElementsAre(ElementsAre("SQNR"), ElementsAre("CosineSimilarity", "threshold", "0.9")));
  EXPECT_THAT(Of(given, "golden_output_reference_directory"), SizeIs(1));
}

TEST_F(GivenTest, AFlatArrayIsOneOccurrenceOrSeveral) {
  EXPECT_THAT(Of(Config(R"({"input_tensor": ["a", "1,3", "/my dir/a.raw"]})"), "input_tensor"),
              ElementsAre(ElementsAre("a", "1,3", "/my dir/a.raw")));
  EXPECT_THAT(Of(Config(R"({"input_tensor": ["a 1,3 a.raw", "b 1 b.raw"]})"), "input_tensor"),
              ElementsAre(ElementsAre("a", "1,3", "a.raw"), ElementsAre("b", "1", "b.raw")));
  EXPECT_THAT(Of(Config(R"({"input_tensor": "a 1,3 a.raw"})"), "input_tensor"),
              ElementsAre(ElementsAre("a", "1,3", "a.raw")));
}

TEST_F(GivenTest, ConfigErrorsNameTheFileAndTheKey) {
  const auto config = [&](std::string_view text) { return Config(text); };
  ExpectUsageError(config(R"({"runtme": "cpu"})"),
                   AllOf(HasSubstr("config.json"), HasSubstr("Did you mean '--runtime'?")));
  ExpectUsageError(config(R"({"verbose": "yes"})"), HasSubstr("--verbose is true or false"));
  ExpectUsageError(config(R"({"runtime": {"a": 1}})"), HasSubstr("--runtime takes texts"));
  ExpectUsageError(config(R"({"runtime": true})"), HasSubstr("--runtime takes texts"));
  ExpectUsageError(config(R"({"runtime": ["cpu", "dsp"]})"), HasSubstr("--runtime takes RUNTIME"));
  ExpectUsageError(config(R"({"runtime": "dspp"})"), HasSubstr("Did you mean 'dsp'?"));
  ExpectUsageError(config(R"({"model_path": "a\u0000b"})"), HasSubstr("zero byte"));
  ExpectUsageError(config(R"({"runtime": "cpu", "--runtime": "cpu"})"), HasSubstr("given twice"));
  ExpectUsageError(config(R"({"verification": true})"), HasSubstr("selects a feature"));
  ExpectUsageError(config(R"({"args_config": "b.json"})"), HasSubstr("command line only"));
  ExpectUsageError(config(R"({"": 1})"), HasSubstr("no flag"));
  ExpectUsageError(config(R"(["runtime"])"), HasSubstr("one JSON object"));
  ExpectUsageError(config(R"({"runtime")"), HasSubstr("line 1"));
}

TEST_F(GivenTest, DimensionsMayBeAnArrayOfNumbers) {
  for (const char* text : {R"({"input_tensor": ["a", [1, 3], "a.raw"]})",
                           R"({"input_tensor": [["a", [1, 3], "a.raw"]]})"}) {
    EXPECT_THAT(Of(Config(text), "input_tensor"), ElementsAre(ElementsAre("a", "1,3", "a.raw")));
  }
}

TEST_F(GivenTest, ConfigKeysMayBeShort) {
  const Result<Given> given = Config(R"({"m": "my.onnx", "-r": "cpu", "bbw": 32, "v": true})");
  EXPECT_THAT(Of(given, "model_path"), ElementsAre(ElementsAre("my.onnx")));
  EXPECT_THAT(Of(given, "runtime"), ElementsAre(ElementsAre("cpu")));
  EXPECT_THAT(Of(given, "bias_bitwidth"), ElementsAre(ElementsAre("32")));
  EXPECT_THAT(Of(given, "verbose"), SizeIs(1));
  ExpectUsageError(Config(R"({"m": "a", "model_path": "b"})"), HasSubstr("given twice"));
}

TEST_F(GivenTest, AnErrorOfAConfigNamesTheKeyAsItIsWritten) {
  ExpectUsageError(Config(R"({"-q": "a"})"), HasSubstr("no flag '-q'"));
  ExpectUsageError(Config(R"({"h": true})"), HasSubstr("--help can be given on the command line"));
}

TEST_F(GivenTest, AMissingConfigIsNoUsageError) {
  const Result<Given> given = GivenInConfig(features::EndToEnd(), folder_ / "none.json");
  ASSERT_FALSE(given.ok());
  EXPECT_EQ(given.status().code(), StatusCode::kFailed);
  EXPECT_THAT(given.status().message(), HasSubstr("none.json"));
}

TEST_F(GivenTest, GivenInBothPlacesIsAnErrorThatNamesAll) {
  const Result<Given> words = Words({"-r", "cpu", "-v", "-m", "a"});
  const Result<Given> config = Config(R"({"runtime": "cpu", "verbose": true, "model_name": "n"})");
  ASSERT_TRUE(words.ok() && config.ok());
  ExpectUsageError(Merge(*words, *config), HasSubstr("--runtime, --verbose"));
}

TEST_F(GivenTest, MergeKeepsBoth) {
  const Result<Given> words = Words({"-r", "cpu"});
  const Result<Given> config = Config(R"({"model_name": "n"})");
  ASSERT_TRUE(words.ok() && config.ok());
  const Result<Given> both = Merge(*words, *config);
  EXPECT_THAT(Of(both, "runtime"), ElementsAre(ElementsAre("cpu")));
  EXPECT_THAT(Of(both, "model_name"), ElementsAre(ElementsAre("n")));
}

TEST_F(GivenTest, JsonReadsBackAsConfig) {
  const Result<Given> words =
      Words({"-f", "onnx", "1.18", "-i", "a", "1,3", "a b.raw", "-o", "x y", "-o", "z", "-v",
             "--default_verifier", "SQNR", "threshold", "3", "--extra_runtime_args", "a b"});
  ASSERT_TRUE(words.ok());
  const Json json = flags::GivenAsJson(features::EndToEnd().flags, *words);
  EXPECT_EQ(json["precision"], "int8");
  EXPECT_TRUE(json["runtime"].is_null());
  EXPECT_EQ(json["offline_prepare"], false);
  EXPECT_FALSE(json.contains("help"));
  const Result<Given> back = Config(json.dump());
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(flags::GivenAsJson(features::EndToEnd().flags, *back), json);
  for (const auto& [name, occurrences] : *words) EXPECT_EQ(back->at(name), occurrences) << name;
}

}  // namespace
}  // namespace acc::cli

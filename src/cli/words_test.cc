// SPDX-License-Identifier: BSD-3-Clause
#include "cli/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "features/end_to_end/feature.h"
#include "features/framework_runner/feature.h"
#include "features/verification/feature.h"

namespace acc::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<std::string>;

// The tokens as words: flags under their long names, values behind '@'.
Words TokensOf(const Words& words, const features::Feature& feature = features::EndToEnd()) {
  const Result<std::vector<Token>> tokens = Tokens(feature, words);
  if (!tokens.ok()) return {"error: " + tokens.status().message()};
  Words readable;
  for (const Token& token : *tokens) {
    const bool is_value = token.kind == Token::Kind::kValue;
    readable.push_back(token.flag != nullptr ? flags::Dashed(*token.flag)
                                             : (is_value ? "@" : "") + token.text);
  }
  return readable;
}

TEST(ChooseFeatureTest, NoneIsEndToEnd) {
  const Result<FeatureChoice> choice = ChooseFeature(Words{"-f", "onnx"});
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->feature, &features::EndToEnd());
  EXPECT_THAT(choice->rest, ElementsAre("-f", "onnx"));
}

TEST(ChooseFeatureTest, TakesTheFlagOutWhereverItStands) {
  const Result<FeatureChoice> choice = ChooseFeature(Words{"-f", "onnx", "--framework_runner"});
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->feature, &features::FrameworkRunner());
  EXPECT_FALSE(choice->by_deprecated_name);
  EXPECT_THAT(choice->rest, ElementsAre("-f", "onnx"));
}

TEST(ChooseFeatureTest, KnowsTheDeprecatedName) {
  const Result<FeatureChoice> choice = ChooseFeature(Words{"--framework_diagnosis"});
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->feature, &features::FrameworkRunner());
  EXPECT_TRUE(choice->by_deprecated_name);
}

TEST(ChooseFeatureTest, AcceptsDashesOfAWebPage) {
  for (const std::string word : {"–verification", "-–verification", "—verification"}) {
    const Result<FeatureChoice> choice = ChooseFeature(Words{word});
    ASSERT_TRUE(choice.ok()) << word;
    EXPECT_EQ(choice->feature, &features::Verification()) << word;
    EXPECT_THAT(choice->rest, IsEmpty()) << word;
  }
}

TEST(ChooseFeatureTest, RefusesTwo) {
  const Result<FeatureChoice> choice = ChooseFeature(Words{"--verification", "--inference_engine"});
  ASSERT_FALSE(choice.ok());
  EXPECT_EQ(choice.status().code(), StatusCode::kUsage);
  EXPECT_THAT(choice.status().message(), HasSubstr("exclude each other"));
  EXPECT_TRUE(ChooseFeature(Words{"--verification", "--verification"}).ok());
}

TEST(TokensTest, EverySpellingBecomesTheLongName) {
  EXPECT_THAT(TokensOf({"-bbw", "8", "-m", "a", "--golden_dir_for_mapping", "g", "-nif"}),
              ElementsAre("--bias_bitwidth", "@8", "--model_path", "@a",
                          "--golden_output_reference_directory", "@g", "--use_native_input_files"));
}

TEST(TokensTest, EqualsSplitsOnce) {
  EXPECT_THAT(TokensOf({"--runtime=dsp", "--extra_runtime_args=a=b", "-abw=16", "--model_path="}),
              ElementsAre("--runtime", "@dsp", "--extra_runtime_args", "@a=b", "--act_bitwidth",
                          "@16", "--model_path", "@"));
}

TEST(TokensTest, TypographicDashesCount) {
  EXPECT_THAT(TokensOf({"–runtime", "dsp", "–i", "a", "—abw=16", "−v"}),
              ElementsAre("--runtime", "@dsp", "--input_tensor", "@a", "--act_bitwidth", "@16",
                          "--verbose"));
}

TEST(TokensTest, DashedValues) {
  EXPECT_THAT(TokensOf({"--extra_converter_args", "--x y", "--default_verifier", "sqnr",
                        "threshold", "-1.5", "--model_path=--odd", "-inf", "-"}),
              ElementsAre("--extra_converter_args", "@--x y", "--default_verifier", "@sqnr",
                          "@threshold", "@-1.5", "--model_path", "@--odd", "@-inf", "@-"));
}

TEST(TokensTest, ValuesThatTheParserCouldMisreadStayValues) {
  EXPECT_THAT(TokensOf({"-o", "[a,b]", "-o", "", "-o", "%%", "--", "{}"}),
              ElementsAre("--output_tensor", "@[a,b]", "--output_tensor", "@", "--output_tensor",
                          "@%%", "@--", "@{}"));
}

TEST(TokensTest, UnknownFlagsStay) {
  EXPECT_THAT(TokensOf({"--nope", "x", "-zz", "--nope=3"}),
              ElementsAre("--nope", "@x", "-zz", "--nope=3"));
  EXPECT_THAT(TokensOf({"--runtime", "dsp"}, features::FrameworkRunner()),
              ElementsAre("--runtime", "@dsp"));
}

TEST(TokensTest, RefusesAFlagWithoutItsValue) {
  EXPECT_THAT(TokensOf({"-m"}), ElementsAre(HasSubstr("--model_path needs a value")));
  EXPECT_THAT(TokensOf({"-m", "-f", "onnx"}), ElementsAre(HasSubstr("but '-f' follows")));
  EXPECT_THAT(TokensOf({"-m", "--unknown"}), ElementsAre(HasSubstr("--model_path=VALUE")));
}

TEST(TokensTest, RefusesASwitchWithAValue) {
  EXPECT_THAT(TokensOf({"--verbose=1"}), ElementsAre(HasSubstr("--verbose takes no value")));
}

TEST(HasFlagTest, FindsItAmongWrongWords) {
  EXPECT_TRUE(HasFlag(features::Verification(), Words{"--nope", "-m", "-h"}, "help"));
  EXPECT_TRUE(HasFlag(features::Verification(), Words{"–help"}, "help"));
  EXPECT_FALSE(HasFlag(features::Verification(), Words{"help", "-v"}, "help"));
}

}  // namespace
}  // namespace acc::cli

// SPDX-License-Identifier: BSD-3-Clause
#include "cli/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/feature_testing.h"
#include "features/catalog.h"

namespace acc::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class HelpOfFeature : public testing::TestWithParam<Feature> {};

TEST_P(HelpOfFeature, FitsAHundredColumns) {
  for (const std::string& line : Split(HelpText(GetParam()), '\n')) {
    EXPECT_LE(line.size(), 100U) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

TEST_P(HelpOfFeature, HasEachFlagOnceAndNoOther) {
  const std::string help = HelpText(GetParam());
  for (const Flag& flag : Flags()) {
    const std::string signature = Signature(flag);  // Broken where it is longer than a line.
    const std::string heading =
        "\n  " + (signature.size() > 98 ? signature.substr(0, 60) : signature + "\n");
    const std::size_t first = help.find(heading);
    if (flag.group(GetParam()) == Group::kNone) {
      EXPECT_EQ(first, std::string::npos) << flag.name;
    } else {
      EXPECT_NE(first, std::string::npos) << flag.name;
      EXPECT_EQ(help.find(heading, first + 1), std::string::npos) << flag.name;
    }
  }
}

TEST_P(HelpOfFeature, EndsWithExitCodesAndAnExample) {
  EXPECT_THAT(HelpText(GetParam()), HasSubstr("  130  interrupted\n\nExample:\n"));
}

INSTANTIATE_TEST_SUITE_P(All, HelpOfFeature, testing::ValuesIn(EveryFeature()));

TEST(HelpTextTest, GroupsAreThoseOfTheContract) {
  const std::string engine = HelpText(Feature::kInferenceEngine);
  std::size_t last = 0;
  for (const std::string_view heading :
       {"Core Arguments:", "Arguments required for SOURCE stage:",
        "Arguments required for CONVERTED or COMPILED stage:", "Optional Arguments:"}) {
    const std::size_t at = engine.find(heading);
    ASSERT_NE(at, std::string::npos) << heading;
    EXPECT_GT(at, last) << heading;
    last = at;
  }
  EXPECT_THAT(HelpText(Feature::kFrameworkRunner), HasSubstr("\nrequired arguments:\n"));
}

TEST(HelpTextTest, RequiredFlagsHaveNoBracketsInTheUsage) {
  const std::string help = HelpText(Feature::kFrameworkRunner);
  EXPECT_THAT(help, StartsWith("usage: snpe-accuracy-debugger --framework_runner [-h] "
                               "-f FRAMEWORK [VERSION] -m MODEL_PATH"));
  EXPECT_THAT(help, HasSubstr("[-w WORKING_DIR]"));
}

TEST(HelpTextTest, VerifiersAreListedWhereTheyCanBeChosen) {
  for (const verify::VerifierInfo& verifier : features::Verifiers()) {
    const std::string row = "\n  " + std::string(verifier.name) + " ";
    EXPECT_THAT(HelpText(Feature::kVerification), HasSubstr(row));
    EXPECT_THAT(HelpText(Feature::kEndToEnd), HasSubstr(row));
    EXPECT_THAT(HelpText(Feature::kFrameworkRunner), Not(HasSubstr(row)));
  }
}

TEST(HelpTextTest, AloneItIntroducesTheFeatures) {
  const std::string help = HelpText(Feature::kEndToEnd);
  EXPECT_THAT(help, HasSubstr("\n  --framework_runner  "));
  EXPECT_THAT(help, HasSubstr("\n  --verification      "));
}

}  // namespace
}  // namespace acc::cli

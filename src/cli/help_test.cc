// SPDX-License-Identifier: BSD-3-Clause
#include "cli/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/text.h"
#include "features/catalog.h"
#include "features/end_to_end/feature.h"
#include "features/framework_runner/feature.h"
#include "features/inference_engine/feature.h"
#include "features/verification/feature.h"

namespace acc::cli {
namespace {

using features::Feature;
using flags::Flag;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Flags of all features, one of each signature.
std::vector<Flag> EveryFlag() {
  std::map<std::string, Flag> flags;
  for (const Feature* feature : features::Features()) {
    for (const Flag& flag : feature->flags) flags.emplace(Signature(flag), flag);
  }
  std::vector<Flag> every;
  for (const auto& [signature, flag] : flags) every.push_back(flag);
  return every;
}

class HelpOfFeature : public testing::TestWithParam<const Feature*> {};

TEST_P(HelpOfFeature, FitsAHundredColumns) {
  for (const std::string& line : Split(HelpText(*GetParam()), '\n')) {
    EXPECT_LE(line.size(), 100U) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

TEST_P(HelpOfFeature, HasEachFlagOnceAndNoOther) {
  const std::string help = HelpText(*GetParam());
  std::set<std::string> own;
  for (const Flag& flag : GetParam()->flags) own.insert(Signature(flag));
  for (const Flag& flag : EveryFlag()) {
    const std::string signature = Signature(flag);  // Broken where it is longer than a line.
    const std::string heading =
        "\n  " + (signature.size() > 98 ? signature.substr(0, 60) : signature + "\n");
    const std::size_t first = help.find(heading);
    if (!own.contains(signature)) {
      EXPECT_EQ(first, std::string::npos) << flag.name;
    } else {
      EXPECT_NE(first, std::string::npos) << flag.name;
      EXPECT_EQ(help.find(heading, first + 1), std::string::npos) << flag.name;
    }
  }
}

TEST_P(HelpOfFeature, EndsWithExitCodesAndAnExample) {
  EXPECT_THAT(HelpText(*GetParam()), HasSubstr("  130  interrupted\n\nExample:\n"));
}

INSTANTIATE_TEST_SUITE_P(All, HelpOfFeature, testing::ValuesIn(features::Features()));

TEST(HelpTextTest, GroupsAreThoseOfTheContract) {
  const std::string engine = HelpText(features::InferenceEngine());
  std::size_t last = 0;
  for (const std::string_view heading :
       {"Core Arguments:", "Arguments required for SOURCE stage:",
        "Arguments required for CONVERTED or COMPILED stage:", "Optional Arguments:"}) {
    const std::size_t at = engine.find(heading);
    ASSERT_NE(at, std::string::npos) << heading;
    EXPECT_GT(at, last) << heading;
    last = at;
  }
  EXPECT_THAT(HelpText(features::FrameworkRunner()), HasSubstr("\nrequired arguments:\n"));
}

TEST(HelpTextTest, RequiredFlagsHaveNoBracketsInTheUsage) {
  const std::string help = HelpText(features::FrameworkRunner());
  EXPECT_THAT(help, StartsWith("usage: snpe-accuracy-debugger --framework_runner [-h] "
                               "-f FRAMEWORK [VERSION] -m MODEL_PATH"));
  EXPECT_THAT(help, HasSubstr("[-w WORKING_DIR]"));
}

TEST(HelpTextTest, VerifiersAreListedWhereTheyCanBeChosen) {
  for (const verify::VerifierInfo& verifier : features::Verifiers()) {
    const std::string row = "\n  " + std::string(verifier.name) + " ";
    EXPECT_THAT(HelpText(features::Verification()), HasSubstr(row));
    EXPECT_THAT(HelpText(features::EndToEnd()), HasSubstr(row));
    EXPECT_THAT(HelpText(features::FrameworkRunner()), Not(HasSubstr(row)));
  }
}

TEST(HelpTextTest, AloneItIntroducesTheFeatures) {
  const std::string help = HelpText(features::EndToEnd());
  EXPECT_THAT(help, HasSubstr("\n  --framework_runner  "));
  EXPECT_THAT(help, HasSubstr("\n  --verification      "));
}

}  // namespace
}  // namespace acc::cli

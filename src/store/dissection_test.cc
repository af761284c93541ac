// SPDX-License-Identifier: BSD-3-Clause
#include "store/dissection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/files.h"
#include "base/json.h"
#include "base/scratch_folder_testing.h"

namespace acc::store {
namespace {

using testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Dissection Sample() {
  Dissection dissection{.line = 3,
                        .lines = {{3, 12.5}, {0, std::nullopt}},
                        .output_db = 12.5,
                        .all_errors_db = kInfinity,
                        .cuts = {{"t", kInfinity}, {"u", 12.5}}};
  dissection.layers.push_back({.tensor = "t\x1b",
                               .node = "n",
                               .op_type = "Conv",
                               .group = {"n", "relu"},
                               .processor = "HTP",
                               .has_golden = true,
                               .accumulated = 10.25,
                               .isolated = kInfinity,
                               .inherited = -kInfinity,
                               .alone_at_least = 30,
                               .worst_input = "x",
                               .bias = 3.5,
                               .lines = {{.line = 3, .own = 7.5}, {.line = 0}}});
  dissection.layers.push_back({.tensor = "u", .reason = "no reason"});
  dissection.causes.push_back({.tensor = "t",
                               .op_type = "Conv",
                               .part = ErrorPart::kWeights,
                               .kind = "rounding of weights",
                               .proof = "8 bits",
                               .output_db = 14,
                               .share = 0.5,
                               .remedy = CauseRemedy{"16 bits", "--flag", 33},
                               .line = 2,
                               .lines = {{2, 8.5}}});
  dissection.causes.push_back({.tensor = "u", .part = ErrorPart::kNone});
  return dissection;
}

TEST(Dissection, ReadsBackWhatWasWritten) {
  const ScratchFolder folder;
  const auto file = folder.path() / "dissection.json";
  ASSERT_TRUE(WriteDissection(file, Sample()).ok());
  const auto read = ReadDissection(file);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->line, 3U);
  EXPECT_EQ(read->output_db, 12.5);
  EXPECT_EQ(read->all_errors_db, kInfinity);
  ASSERT_EQ(read->layers.size(), 2U);
  EXPECT_EQ(read->layers[0].tensor, "t\x1b");
  EXPECT_EQ(read->layers[0].group.size(), 2U);
  EXPECT_TRUE(read->layers[0].has_golden);
  EXPECT_EQ(read->layers[0].isolated, kInfinity);
  EXPECT_EQ(read->layers[0].inherited, -kInfinity);
  EXPECT_EQ(read->layers[0].bias, 3.5);
  EXPECT_FALSE(read->layers[0].weights);
  EXPECT_EQ(read->layers[0].alone_at_least, 30);
  ASSERT_EQ(read->layers[0].lines.size(), 2U);
  EXPECT_EQ(read->layers[0].lines[0].line, 3U);
  EXPECT_EQ(read->layers[0].lines[0].own, 7.5);
  EXPECT_FALSE(read->layers[0].lines[1].own);
  EXPECT_EQ(read->layers[1].reason, "no reason");
  ASSERT_EQ(read->causes.size(), 2U);
  EXPECT_EQ(read->causes[0].part, ErrorPart::kWeights);
  EXPECT_EQ(read->causes[0].remedy->after_db, 33);
  EXPECT_FALSE(read->causes[1].remedy);
  EXPECT_EQ(read->causes[0].line, 2U);
  ASSERT_EQ(read->causes[0].lines.size(), 1U);
  EXPECT_EQ(read->causes[0].lines[0].output_db, 8.5);
  ASSERT_EQ(read->lines.size(), 2U);
  EXPECT_EQ(read->lines[0].output_db, 12.5);
  EXPECT_FALSE(read->lines[1].output_db);
  ASSERT_EQ(read->cuts.size(), 2U);
  EXPECT_EQ(read->cuts[0].output_db, kInfinity);
  EXPECT_EQ(read->cuts[1].tensor, "u");
}

TEST(Dissection, AFileOfAnotherFormIsNamed) {
  const ScratchFolder folder;
  const auto file = folder.path() / "dissection.json";
  ASSERT_TRUE(WriteDissection(file, Sample()).ok());
  const Json good = ReadJson(file).value();
  const std::vector<std::function<void(Json&)>> spoils = {
      [](Json& json) { json = Json::array(); },
      [](Json& json) { json.erase("layers"); },
      [](Json& json) { json["layers"][0]["bias"] = "much"; },
      [](Json& json) { json["layers"][0]["group"] = 7; },
      [](Json& json) { json["layers"][0]["lines"] = 7; },
      [](Json& json) { json["cuts"][0]["output_db"] = nullptr; },
      [](Json& json) { json["causes"][0]["part"] = "engine"; },
      [](Json& json) { json["causes"][0]["output_db"] = nullptr; },
  };
  for (const auto& spoil : spoils) {
    Json bad = good;
    spoil(bad);
    ASSERT_TRUE(WriteJson(file, bad).ok());
    const auto read = ReadDissection(file);
    ASSERT_FALSE(read.ok());
    EXPECT_THAT(read.status().message(), HasSubstr("dissection.json"));
  }
}

}  // namespace
}  // namespace acc::store

// SPDX-License-Identifier: BSD-3-Clause
#include "store/hazards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/json.h"
#include "base/scratch_folder_testing.h"

namespace acc::store {
namespace {

using testing::HasSubstr;

std::vector<HazardRecord> Sample() {
  return {{.rule = "r",
           .node = "n\x1b",
           .op_type = "o",
           .text = "t",
           .tensor = "y",
           .processor = "HTP",
           .isolated = 3.5,
           .on_target = std::numeric_limits<double>::infinity()},
          {.rule = "r", .reason = "no reason"}};
}

TEST(Hazards, ReadBackAsTheyWereWritten) {
  const ScratchFolder folder;
  const auto file = folder / "hazards.json";
  ASSERT_TRUE(WriteHazards(file, Sample()).ok());
  const auto read = ReadHazards(file);
  ASSERT_TRUE(read.ok()) << read.status().message();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->front().node, "n\x1b");
  EXPECT_EQ(read->front().tensor, "y");
  EXPECT_EQ(read->front().processor, "HTP");
  EXPECT_EQ(read->front().isolated, 3.5);
  EXPECT_EQ(read->front().on_target, std::numeric_limits<double>::infinity());
  EXPECT_FALSE(read->back().isolated);
  EXPECT_EQ(read->back().reason, "no reason");
}

TEST(Hazards, AFileOfAnotherFormIsNamed) {
  const ScratchFolder folder;
  const auto file = folder / "hazards.json";
  ASSERT_TRUE(WriteHazards(file, Sample()).ok());
  const Json good = ReadJson(file).value();
  for (const Json& change :
       {Json{{"op", "remove"}, {"path", "/hazards"}},
        Json{{"op", "replace"}, {"path", "/hazards/0/node"}, {"value", 7}},
        Json{{"op", "replace"}, {"path", "/hazards/0/isolated"}, {"value", "much"}}}) {
    ASSERT_TRUE(WriteJson(file, good.patch(Json::array({change}))).ok());
    const auto read = ReadHazards(file);
    ASSERT_FALSE(read.ok()) << change;
    EXPECT_THAT(read.status().message(), HasSubstr("hazards.json"));
  }
}

}  // namespace
}  // namespace acc::store

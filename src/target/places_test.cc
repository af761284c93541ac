// SPDX-License-Identifier: BSD-3-Clause
#include "target/places.h"

#include <gtest/gtest.h>

namespace acc::target {
namespace {

TEST(GroupedRefusals, OneSentenceForEachOperatorAndReason) {
  std::vector<NodePlace> places;
  for (const char* name : {"a", "b", "c\n", "d"}) {
    places.push_back({name, "Erf", Processor::kCpu, "not supported"});
  }
  places.push_back({"e", "Erf", Processor::kCpu, "float64"});
  places.push_back({"f", "Conv", Processor::kHtp, ""});
  places.push_back({"g", "Det", Processor::kCpu, ""});
  places.push_back({"h", "Det", Processor::kUnknown, ""});
  const std::vector<std::string> expected = {"4 Erf ('a', 'b', 'c\\x0a' and 1 more): not supported",
                                             "1 Erf ('e'): float64", "1 Det ('g')"};
  EXPECT_EQ(GroupedRefusals(places), expected);
}

TEST(GroupedRefusals, NothingOnTheCpuIsNothing) {
  const std::vector<NodePlace> places = {{"f", "Conv", Processor::kHtp, ""}};
  EXPECT_TRUE(GroupedRefusals(places).empty());
}

}  // namespace
}  // namespace acc::target

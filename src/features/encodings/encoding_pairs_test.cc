// SPDX-License-Identifier: BSD-3-Clause
#include "features/encodings/encoding_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc::features {
namespace {

using testing::ElementsAre;

std::vector<NamedEntry> Entries(const std::vector<std::string_view>& names,
                                Section section = Section::kActivation) {
  std::vector<NamedEntry> entries;
  for (const std::string_view name : names) entries.push_back({name, section});
  return entries;
}

// "<second name> by <rule>" for each of the first; "-" without a twin.
std::vector<std::string> Twins(const std::vector<NamedEntry>& first,
                               const std::vector<NamedEntry>& second) {
  std::vector<std::string> twins;
  for (const auto& pair : PairEntries(first, second)) {
    twins.push_back(pair ? std::string(second[pair->second].name) + " by " +
                               std::string(Name(pair->rule))
                         : "-");
  }
  return twins;
}

TEST(PairEntriesTest, EachRuleHasItsTurn) {
  EXPECT_THAT(Twins(Entries({"a", "_1_Conv_output_0", "out", "w_QuantizeLinear_Output", "gone"}),
                    Entries({"new", "w", "out:0", "/1/Conv_output_0", "a"})),
              ElementsAre("a by exact", "/1/Conv_output_0 by sanitized", "out:0 by without :0",
                          "w by quantizer's suffix", "-"));
}

TEST(PairEntriesTest, ABetterRuleComesFirst) {
  EXPECT_THAT(Twins(Entries({"a_b", "a/b"}), Entries({"a/b", "a.b"})),
              ElementsAre("a.b by sanitized", "a/b by exact"));
  EXPECT_THAT(Twins(Entries({"t_QuantizeLinear", "t"}), Entries({"t"})),
              ElementsAre("-", "t by exact"));
}

TEST(PairEntriesTest, AmbiguousNamesHaveNoTwin) {
  EXPECT_THAT(Twins(Entries({"a_b"}), Entries({"a/b", "a.b"})), ElementsAre("-"));
  EXPECT_THAT(Twins(Entries({"a/b", "a.b"}), Entries({"a_b"})), ElementsAre("-", "-"));
}

TEST(PairEntriesTest, WithinASectionFirst) {
  std::vector<NamedEntry> second = Entries({"t"}, Section::kParam);
  second.push_back({"t", Section::kActivation});
  const auto pairs = PairEntries(Entries({"t"}), second);
  ASSERT_TRUE(pairs.front());
  EXPECT_EQ(pairs.front()->second, 1U);
}

TEST(PairEntriesTest, AcrossSectionsWhereThereIsNoOther) {
  EXPECT_THAT(Twins(Entries({"t"}), Entries({"t"}, Section::kParam)), ElementsAre("t by exact"));
  EXPECT_THAT(Twins(Entries({"t"}), Entries({"t"}, Section::kUnknown)), ElementsAre("t by exact"));
}

TEST(PairEntriesTest, ASuffixAloneIsAName) {
  EXPECT_THAT(Twins(Entries({"_QuantizeLinear"}), Entries({"_DequantizeLinear"})),
              ElementsAre("-"));
  EXPECT_THAT(Twins({}, Entries({"a"})), ElementsAre());
}

}  // namespace
}  // namespace acc::features

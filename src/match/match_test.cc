// SPDX-License-Identifier: BSD-3-Clause
#include "match/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "match/names.h"

namespace acc::match {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

store::Manifest RunOf(std::initializer_list<std::string> names) {
  store::Manifest manifest;
  for (const std::string& name : names) {
    store::TensorRecord record;
    record.name = name;
    record.file = name + ".raw";
    manifest.tensors.push_back(std::move(record));
  }
  return manifest;
}

Matches MatchOrFail(const Sources& sources) {
  auto result = Match(sources);
  EXPECT_TRUE(result.ok()) << result.status().message();
  return result.ok() ? *result : Matches();
}

std::vector<std::string> PairTexts(const Matches& matches) {
  std::vector<std::string> texts;
  for (const Pair& pair : matches.pairs) {
    texts.push_back(pair.target.name + "<-" + pair.golden.name + " " +
                    std::string(Name(pair.strategy)));
  }
  return texts;
}

TEST(NameKeyTest, SpellingsOfOneNameAgree) {
  EXPECT_EQ(NameKey("/m_tail/m_tail.1/DepthToSpace_output_0"),
            NameKey("_m_tail_m_tail_1_DepthToSpace_output_0"));
  EXPECT_EQ(NameKey("1/Conv"), NameKey("_1_Conv"));
  EXPECT_NE(NameKey("a/b"), NameKey("a/c"));
  EXPECT_NE(NameKey("/"), NameKey("::"));
}

TEST(MatchTest, EachStrategyFindsItsPair) {
  const auto golden = RunOf({"same", "/a/b.1/out", "box:0", "deep/er/tail", "mapped:0", "src"});
  auto target = RunOf({"same", "_a_b_1_out", "box", "other/tail", "renamed", "t"});
  target.tensors[5].source = "src";
  const store::TensorMapping mapping = {{"renamed", "mapped:0"}};
  const Matches matches = MatchOrFail({&golden, &target, &mapping, nullptr});
  EXPECT_THAT(PairTexts(matches),
              ElementsAre("same<-same exact", "_a_b_1_out<-/a/b.1/out sanitized", "box<-box:0 port",
                          "other/tail<-deep/er/tail base name", "renamed<-mapped:0 mapping",
                          "t<-src mapping"));
  EXPECT_THAT(matches.unmatched_golden, IsEmpty());
}

TEST(MatchTest, MappingOverridesEqualNames) {
  const auto golden = RunOf({"a", "b"});
  const auto target = RunOf({"a", "b"});
  const store::TensorMapping mapping = {{"a", "b"}, {"b", "a"}};
  EXPECT_THAT(PairTexts(MatchOrFail({&golden, &target, &mapping, nullptr})),
              ElementsAre("a<-b mapping", "b<-a mapping"));
}

TEST(MatchTest, MappingMayUseOneGoldenTensorTwice) {
  const auto golden = RunOf({"a"});
  const auto target = RunOf({"a_nhwc", "a_nchw"});
  const store::TensorMapping mapping = {{"a_nhwc", "a"}, {"a_nchw", "a"}};
  EXPECT_EQ(MatchOrFail({&golden, &target, &mapping, nullptr}).pairs.size(), 2u);
}

TEST(MatchTest, AmbiguousNamesAreNotPaired) {
  const auto golden = RunOf({"a/b", "a.b", "x/out", "y/out", "ok"});
  const auto target = RunOf({"a_b", "z/out", "ok"});
  const Matches matches = MatchOrFail({&golden, &target, nullptr, nullptr});
  EXPECT_THAT(PairTexts(matches), ElementsAre("ok<-ok exact"));
  EXPECT_EQ(matches.unmatched_target.size(), 2u);
  EXPECT_EQ(matches.unmatched_golden.size(), 4u);
}

TEST(MatchTest, TooFewPairsAreNoComparison) {
  const auto run_of = [](std::initializer_list<std::string> names) {
    store::Manifest run = RunOf(names);
    for (store::TensorRecord& tensor : run.tensors) tensor.source = tensor.name;
    return run;
  };
  auto golden = RunOf({"in", "g1", "g2", "g3", "g4"});
  auto target = run_of({"in", "t1", "t2", "t3"});
  EXPECT_EQ(MatchOrFail({&golden, &target}).pairs.size(), 1u) << "a quarter is enough";
  target = run_of({"in", "t1", "t2", "t3", "t4"});
  auto result = Match({&golden, &target});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.status().message(), AllOf(HasSubstr("only 1 of 5 tensors have a twin"),
                                               HasSubstr("'t1'"), HasSubstr("same level")));
  const store::TensorMapping mapping = {{"in", "in"}};
  EXPECT_EQ(MatchOrFail({&golden, &target, &mapping}).pairs.size(), 1u)
      << "a mapping says which tensors have twins";
  golden = RunOf({"in"});
  EXPECT_EQ(MatchOrFail({&golden, &target}).pairs.size(), 1u) << "golden may be a part";
}

TEST(MatchTest, BaseNamesAloneAreMeasuredAgainstTheWhole) {
  const auto golden = RunOf({"conv/a", "x/b", "x/c", "x/d", "x/e"});
  const auto target = RunOf({"a"});
  const auto part = Match({&golden, &target});
  ASSERT_FALSE(part.ok());
  EXPECT_THAT(part.status().message(), HasSubstr("last part of their names alone"));
}

TEST(MatchTest, SaysWhichTensorsShouldHaveATwin) {
  auto golden = RunOf({"a", "lost", "fused", "constant"});
  auto target = RunOf({"a", "extra"});
  for (store::Manifest* run : {&golden, &target}) {
    for (store::TensorRecord& tensor : run->tensors) tensor.file_bytes = 4;
  }
  const auto unexpected = [](const std::vector<Unmatched>& tensors) {
    std::vector<std::string> names;
    for (const Unmatched& tensor : tensors) {
      if (!tensor.expected) names.push_back(tensor.name);
    }
    return names;
  };
  Matches matches = MatchOrFail({&golden, &target});
  EXPECT_THAT(unexpected(matches.unmatched_golden), ElementsAre("lost", "fused", "constant"));
  EXPECT_THAT(unexpected(matches.unmatched_target), ElementsAre("extra"));
  target.skipped = {{"constant", "folded"}};
  store::GraphStruct graph;
  graph.nodes = {{"n", "Conv", {}, {{"a", {}, false, ""}, {"lost", {}, false, ""}}}};
  matches = MatchOrFail({&golden, &target, nullptr, &graph});
  EXPECT_THAT(unexpected(matches.unmatched_golden), ElementsAre("lost"));
  const store::TensorMapping mapping = {{"a", "a"}};
  matches = MatchOrFail({&golden, &target, &mapping});
  EXPECT_THAT(unexpected(matches.unmatched_golden), IsEmpty());
  EXPECT_THAT(unexpected(matches.unmatched_target), IsEmpty());
  // A run that describes itself holds what it was asked for.
  target.tensors[0].file_bytes.reset();
  matches = MatchOrFail({&golden, &target});
  EXPECT_THAT(unexpected(matches.unmatched_golden), IsEmpty());
}

TEST(MatchTest, RandomNumbersHaveNoTwin) {
  const auto golden = RunOf({"a", "n", "y"});
  auto target = RunOf({"a", "n", "y"});
  target.tensors[1].random = target.tensors[2].random = "n";
  const Matches matches = MatchOrFail({&golden, &target});
  ASSERT_EQ(matches.pairs.size(), 1u);
  EXPECT_THAT(matches.unmatched_golden, IsEmpty());
  ASSERT_EQ(matches.unmatched_target.size(), 2u);
  EXPECT_THAT(matches.unmatched_target[0].reason, HasSubstr("holds random numbers"));
  EXPECT_THAT(matches.unmatched_target[1].reason, HasSubstr("the random numbers of 'n'"));
  EXPECT_FALSE(matches.unmatched_target[1].expected) << "a threshold cannot judge it";
  target.tensors[0].random = "n";
  const auto none = Match({&golden, &target});
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(none.status().message(), HasSubstr("depends on random numbers"));
}

TEST(MatchTest, ABetterStrategyClaimsFirst) {
  const auto golden = RunOf({"p/out"});
  const auto target = RunOf({"q/out", "p_out"});
  EXPECT_THAT(PairTexts(MatchOrFail({&golden, &target, nullptr, nullptr})),
              ElementsAre("p_out<-p/out sanitized"));
}

TEST(MatchTest, GraphStructGivesOrderDimsAndTypes) {
  const auto golden = RunOf({"a", "b", "in"});
  const auto target = RunOf({"b", "a", "in", "extra"});
  store::GraphStruct graph;
  graph.inputs = {{"in", {1, 4}, true, ""}};
  graph.nodes = {{"conv", "Conv", {"in"}, {{"a", {1, 8, 9, 3}, true, "NHWC"}}},
                 {"relu", "Relu", {"a"}, {{"b", {1, 27}, true, ""}}}};
  const Matches matches = MatchOrFail({&golden, &target, nullptr, &graph});
  EXPECT_THAT(PairTexts(matches), ElementsAre("in<-in exact", "a<-a exact", "b<-b exact"));
  EXPECT_EQ(matches.pairs[0].target.op_type, "Input");
  EXPECT_EQ(matches.pairs[1].target.op_type, "Conv");
  EXPECT_EQ(matches.pairs[1].target.node, "conv");
  EXPECT_EQ(matches.pairs[1].target.dims, (Shape{1, 8, 9, 3}));
  EXPECT_THAT(matches.pairs[1].golden_to_target, ElementsAre(0, 2, 3, 1));
  EXPECT_FALSE(matches.pairs[1].layout_guessed);
}

TEST(MatchTest, OtherSpellingsKeepTheGraphsOrder) {
  const auto golden = RunOf({"x", "_a_b", "y"});
  store::GraphStruct graph;
  graph.inputs = {{"x", {}, false, ""}};
  graph.nodes = {{"n", "Conv", {"x"}, {{"/a/b", {}, false, ""}}},
                 {"m", "Relu", {"/a/b"}, {{"y", {}, false, ""}}}};
  EXPECT_THAT(PairTexts(MatchOrFail({&golden, &golden, nullptr, &graph})),
              ElementsAre("x<-x exact", "_a_b<-_a_b exact", "y<-y exact"));
}

TEST(MatchTest, DimsThatDoNotFitTheFileAreNotTaken) {
  const auto golden = RunOf({"a"});
  auto target = RunOf({"a"});
  store::GraphStruct graph;
  graph.nodes = {{"conv", "Conv", {"in"}, {{"a", {1, 8, 9, 3}, true, "NHWC"}}}};
  target.tensors[0].file_bytes = 1 * 8 * 9 * 3 * 4;
  EXPECT_EQ(MatchOrFail({&golden, &target, nullptr, &graph}).pairs[0].layout_note, "");
  target.tensors[0].file_bytes = 100;
  const Pair pair = MatchOrFail({&golden, &target, nullptr, &graph}).pairs[0];
  EXPECT_EQ(pair.target.dims, std::nullopt);
  EXPECT_EQ(pair.target.op_type, "Conv");
  EXPECT_THAT(pair.golden_to_target, IsEmpty());
  EXPECT_TRUE(pair.layout_guessed);
  EXPECT_THAT(pair.layout_note, AllOf(HasSubstr("1x8x9x3"), HasSubstr("100 bytes")));
}

TEST(MatchTest, ReasonsOfUnmatchedTensorsComeFromTheOtherRun) {
  auto golden = RunOf({"a", "conv_out", "gone"});
  auto target = RunOf({"a", "new"});
  target.skipped = {{"conv_out", "folded into relu1"}};
  const store::TensorMapping mapping = {{"new", "nowhere"}};
  const Matches matches = MatchOrFail({&golden, &target, &mapping, nullptr});
  ASSERT_EQ(matches.unmatched_golden.size(), 2u);
  EXPECT_EQ(matches.unmatched_golden[0].reason, "folded into relu1");
  EXPECT_THAT(matches.unmatched_golden[1].reason, HasSubstr("no tensor of this name"));
  ASSERT_EQ(matches.unmatched_target.size(), 1u);
  EXPECT_THAT(matches.unmatched_target[0].reason, HasSubstr("'nowhere'"));
}

TEST(MatchTest, NothingInCommonIsAFailureThatShowsNames) {
  const auto golden = RunOf({"g1", "g2", "g3", "g4"});
  const auto target = RunOf({"t1"});
  const auto result = Match({&golden, &target, nullptr, nullptr});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.status().message(), AllOf(HasSubstr("'g1', 'g2', 'g3', …"), HasSubstr("'t1'"),
                                               HasSubstr("--tensor_mapping")));
}

TEST(MatchTest, AChannelLastSourceIsComparedAsItIs) {
  store::Manifest golden = RunOf({"conv"});
  store::Manifest target = RunOf({"conv"});
  golden.tensors[0].dims = target.tensors[0].dims = Shape{1, 4, 4, 4};
  target.tensors[0].axis_order = AxisOrder::kChannelLast;
  EXPECT_THAT(MatchOrFail({&golden, &target}).pairs[0].golden_to_target, ElementsAre(0, 2, 3, 1));
  golden.channel_last_source = true;
  const Pair pair = MatchOrFail({&golden, &target}).pairs[0];
  EXPECT_THAT(pair.golden_to_target, IsEmpty());
  EXPECT_FALSE(pair.layout_guessed);
}

}  // namespace
}  // namespace acc::match

// SPDX-License-Identifier: BSD-3-Clause
#include "report/dissection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace acc::report {
namespace {

using store::ErrorPart;
using store::LayerErrors;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

LayerErrors Layer(double accumulated, double isolated, double inherited) {
  return {.tensor = "t",
          .op_type = "Conv",
          .accumulated = accumulated,
          .isolated = isolated,
          .inherited = inherited};
}

TEST(RoleOf, TellsWhoMakesAnErrorFromWhoPassesItOn) {
  EXPECT_EQ(RoleOf(Layer(20, 20, 60)), LayerRole::kMakes);
  EXPECT_EQ(RoleOf(Layer(20, 22.9, 60)), LayerRole::kMakes);
  EXPECT_EQ(RoleOf(Layer(20, 23.1, 22)), LayerRole::kPassesOn);
  EXPECT_EQ(RoleOf(Layer(20, 22, 22)), LayerRole::kBoth);
  EXPECT_EQ(RoleOf(Layer(20, 30, 30)), LayerRole::kNeither);
  LayerErrors clipped_before = Layer(20, 20, 20);
  clipped_before.own = 50;
  EXPECT_EQ(RoleOf(clipped_before), LayerRole::kPassesOn);
  EXPECT_EQ(RoleOf(Layer(40, 20, 20)), LayerRole::kFaithful);
  EXPECT_EQ(RoleOf({.tensor = "t", .accumulated = 10}), LayerRole::kUnknown);
  EXPECT_EQ(RoleOf({}), LayerRole::kUnknown);
}

TEST(LargestPartOf, IsTheLowestThatWasMeasured) {
  LayerErrors layer = Layer(20, 20, 60);
  EXPECT_EQ(LargestPartOf(layer).part, ErrorPart::kNone);
  layer.bias = std::numeric_limits<double>::infinity();
  EXPECT_EQ(LargestPartOf(layer).part, ErrorPart::kNone);
  layer.output = 50;
  layer.inputs = 30;
  layer.worst_input = "x\n";
  EXPECT_EQ(LargestPartOf(layer).part, ErrorPart::kInput);
  EXPECT_EQ(LargestPartOf(layer).db, 30);
  EXPECT_EQ(PartText(layer, ErrorPart::kInput), "the rounding of its input 'x\\x0a'");
}

TEST(DissectionCsv, HasARowForEachTensor) {
  LayerErrors layer = Layer(20, std::numeric_limits<double>::infinity(), 21);
  layer.group = {"a", "b"};
  layer.alone_at_least = 30;
  layer.lines = {{.line = 4, .own = 50}, {.line = 6, .own = 12}, {.line = 7}};
  EXPECT_EQ(DissectionCsv({.layers = {layer}, .cuts = {{"t", 15}}}),
            "Name,Layer Type,Role,Accumulated (dB),Isolated (dB),Inherited (dB),Own (dB),"
            "Output Alone (dB),Output Alone At Least (dB),Output Without (dB),Output Cut Here (dB),"
            "Conversion (dB),"
            "Inputs (dB),Worst Input,Weights (dB),Bias (dB),Output (dB),Arithmetic (dB),"
            "Capture (dB),Largest Part,Computed By,Golden,Group,Worst Line,Own With It (dB),Lines "
            "Below 40 dB,"
            "Reason\r\n"
            "t,Conv,passes on,20,inf,21,,,30,,15,,,,,,,,,,,no,a b,6,12,1,\r\n");
}

TEST(DissectionLinesCsv, HasARowForEachTensorAndLine) {
  LayerErrors layer = Layer(20, 20, 20);
  layer.lines = {{.line = 4, .accumulated = 9.5, .own = 50}, {.line = 6, .isolated = 12}};
  EXPECT_EQ(DissectionLinesCsv({.layers = {layer}}),
            "Name,Layer Type,Line,Accumulated (dB),Isolated (dB),Inherited (dB),Own (dB)\r\n"
            "t,Conv,4,9.5,,,50\r\nt,Conv,6,,12,,\r\n");
}

TEST(FirstBadCut, HasHalfOfTheNoiseOfTheWholeRun) {
  EXPECT_FALSE(FirstBadCut({}));
  EXPECT_FALSE(FirstBadCut({{"a", std::numeric_limits<double>::infinity()}}));
  const auto found = FirstBadCut({{"a", 50}, {"b", 14}, {"c", 13}, {"d", 10.5}, {"e", 10}});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cut.tensor, "c");
  EXPECT_EQ(found->before->tensor, "b");
  EXPECT_FALSE(FirstBadCut({{"a", 9}, {"b", 10}})->before);
}

TEST(DissectionLines, NameEachCauseWithItsProofAndRemedy) {
  store::Dissection dissection{.layers = {Layer(20, 20, 60)}, .output_db = 15, .all_errors_db = 14};
  dissection.causes.push_back({.tensor = "t",
                               .op_type = "Conv",
                               .part = ErrorPart::kOutput,
                               .kind = "clipping",
                               .proof = "90 % of it",
                               .output_db = 16,
                               .share = 0.63,
                               .remedy = store::CauseRemedy{"16 bits", "--b 16", 40}});
  EXPECT_THAT(
      DissectionLines(dissection),
      ElementsAre(StartsWith("taken apart: 1 of 1 layers"), HasSubstr("15.0 dB in the run"),
                  AllOf(StartsWith("cause: 't' (Conv)"), HasSubstr("63 %"),
                        HasSubstr("clipping: 90 % of it"),
                        HasSubstr("16 bits (--b 16), which leaves the output at 40.0 dB"))));
  EXPECT_THAT(DissectionLines({.cause_note = "of the weather"}).back(),
              HasSubstr("of the weather"));
}

TEST(DissectionLines, OfSeveralLinesTellTheWorst) {
  store::Dissection dissection{.lines = {{0, 50}, {3, 4.25}, {5, std::nullopt}}, .output_db = 7.5};
  dissection.causes.push_back({.tensor = "t", .lines = {{0, 60}, {3, 5}, {5, 45}}});
  dissection.cuts = {{"a", 50}, {"b", 10}};
  EXPECT_THAT(
      DissectionLines(dissection),
      ElementsAre(StartsWith("taken apart"),
                  "all of it over 3 inputs: the output is worst with line 3 (4.2 dB), 40 dB or "
                  "more with 1 of 3",
                  "cut: with all layers up to 'b' on the target and the rest in float the output "
                  "has 10.0 dB, up to 'a' before it 50.0 dB",
                  HasSubstr("worst with line 3 (5.0 dB), 40 dB or more with 2 of 3")));
}

TEST(CauseHeadline, SaysWhatWeighsMostOrThatNothingDoes) {
  store::Dissection dissection;
  EXPECT_THAT(CauseHeadline(dissection), HasSubstr("no layer's own error"));
  dissection.cause_note = "no memory";
  EXPECT_THAT(CauseHeadline(dissection), HasSubstr("as no memory"));
  dissection.causes = {
      {.tensor = "t\x1b", .op_type = "Add", .kind = "step too coarse", .share = 0.3}};
  EXPECT_EQ(
      CauseHeadline(dissection),
      "Measured layer by layer: 30 % of the output's error comes from 't\\x1b' (Add): step too "
      "coarse.");
}

TEST(CausesHtml, EscapesWhatTheModelSays) {
  EXPECT_EQ(CausesHtml({}), "");
  const std::string html = CausesHtml(
      {.causes = {{.tensor = "<t>",
                   .op_type = "<o>",
                   .proof = "<p>",
                   .remedy = store::CauseRemedy{.what = "<w>", .flag = "--f", .after_db = 30}}}});
  EXPECT_THAT(html, AllOf(HasSubstr("&lt;t&gt;"), HasSubstr("&lt;o&gt;"), HasSubstr("&lt;p&gt;"),
                          HasSubstr("&lt;w&gt; (--f)"), HasSubstr("30.0 dB")));
  EXPECT_THAT(CausesHtml({.causes = {{.proof = "p", .lines = {{0, 50}, {7, 20}}}}}),
              HasSubstr("p; worst with line 7 (20.0 dB), 40 dB or more with 1 of 2"));
}

}  // namespace
}  // namespace acc::report

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
  EXPECT_EQ(DissectionCsv({.layers = {layer}}),
            "Name,Layer Type,Role,Accumulated (dB),Isolated (dB),Inherited (dB),Own (dB),"
            "Output Alone (dB),Conversion (dB),Inputs (dB),Worst Input,Weights (dB),Bias (dB),"
            "Output (dB),Arithmetic (dB),Largest Part,Computed By,Golden,Group,Reason\r\n"
            "t,Conv,passes on,20,inf,21,,,,,,,,,,,,no,a b,\r\n");
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
}

}  // namespace
}  // namespace acc::report

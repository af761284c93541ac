// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/hazards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph_testing.h"

namespace acc::target {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// x -> Q -> DQ -> the node, with zero points of `Zero`.
template <typename Zero>
Program Quantized(model::Node node, ElementType type, float scale = 0.5F) {
  Program program;
  program.graph.initializers["s"] = Tensor::FromFloats({}, std::vector<float>{scale});
  program.graph.initializers["z"] = Tensor::FromValues<Zero>(type, {}, std::vector<Zero>{128});
  program.graph.inputs = {{.name = "x", .type = ElementType::kFloat32, .dims = {2}}};
  program.graph.nodes = {model::MakeNode("QuantizeLinear", {"x", "s", "z"}, "q"),
                         model::MakeNode("DequantizeLinear", {"q", "s", "z"}, "d"),
                         std::move(node)};
  return program;
}

Program Wide(const std::string& op_type, float scale = 0.5F) {
  return Quantized<std::uint16_t>(model::MakeNode(op_type, {"d"}, "y"), ElementType::kUint16,
                                  scale);
}

Program Narrow(const std::string& op_type) {
  return Quantized<std::uint8_t>(model::MakeNode(op_type, {"d"}, "y"), ElementType::kUint8);
}

std::vector<std::string> HazardTexts(const Program& program) {
  std::vector<std::string> texts;
  for (const Hazard& hazard : HtpHazards(program)) texts.push_back(ToText(hazard));
  return texts;
}

TEST(HtpHazards, NamesOperatorsByTheBitsOfWhatTheyRead) {
  EXPECT_THAT(HazardTexts(Wide("Log")), ElementsAre(HasSubstr("Log 'y' reads a 16-bit tensor")));
  EXPECT_THAT(HazardTexts(Narrow("Log")), IsEmpty());
  EXPECT_THAT(HazardTexts(Wide("Softmax", 1e-6F)),
              ElementsAre(HasSubstr("halves the largest exponential")));
  EXPECT_THAT(HazardTexts(Wide("Softmax")), IsEmpty());
  EXPECT_THAT(HazardTexts(Narrow("Swish")), ElementsAre(HasSubstr("Mul(x, Sigmoid(x))")));
  EXPECT_THAT(HazardTexts(Narrow("CumSum")),
              ElementsAre(HasSubstr("wrong on the HTP with 8 bits")));
  EXPECT_THAT(HazardTexts(Wide("CumSum")), IsEmpty());
  EXPECT_THAT(HazardTexts(Wide("Relu")), IsEmpty());
}

std::vector<std::string> OfResize(const std::string& place, const std::string& rounding,
                                  float factor) {
  model::Node node = model::MakeNode("Resize", {"d", "", "factors"}, "y");
  node.attributes = {{"mode", std::string("nearest")},
                     {"coordinate_transformation_mode", place},
                     {"nearest_mode", rounding}};
  Program program = Quantized<std::uint8_t>(std::move(node), ElementType::kUint8);
  program.graph.initializers["factors"] =
      Tensor::FromFloats({4}, std::vector<float>{1, 1, factor, factor});
  return HazardTexts(program);
}

TEST(HtpHazards, KnowsWhichNearestElementsAreRight) {
  EXPECT_THAT(OfResize("asymmetric", "floor", 1.5F), IsEmpty());
  EXPECT_THAT(OfResize("half_pixel", "round_prefer_ceil", 1.5F), IsEmpty());
  EXPECT_THAT(OfResize("half_pixel", "round_prefer_floor", 2), IsEmpty());
  EXPECT_THAT(OfResize("half_pixel", "round_prefer_floor", 1.5F),
              ElementsAre(HasSubstr("factors that are not whole")));
  EXPECT_THAT(
      OfResize("half_pixel", "floor", 2),
      ElementsAre(HasSubstr("half_pixel and nearest_mode floor, where the HTP takes others.")));
}

// The same with another pair behind the node, whose zero is that code.
std::vector<std::string> OfSoftmaxWithZero(std::uint8_t zero) {
  Program program = Narrow("Softmax");
  program.graph.initializers["zero"] =
      Tensor::FromValues<std::uint8_t>(ElementType::kUint8, {}, std::vector{zero});
  program.graph.nodes.push_back(model::MakeNode("QuantizeLinear", {"y", "s", "zero"}, "yq"));
  return HazardTexts(program);
}

TEST(HtpHazards, KnowsWhereAnEightBitSoftmaxMayHaveItsZero) {
  EXPECT_THAT(OfSoftmaxWithZero(0), IsEmpty());
  EXPECT_THAT(OfSoftmaxWithZero(128), IsEmpty());
  EXPECT_THAT(OfSoftmaxWithZero(1), ElementsAre(HasSubstr("in which zero is code 1.")));
  EXPECT_THAT(OfSoftmaxWithZero(127), ElementsAre(HasSubstr("is wrong unless that is 0 or 128")));
}

TEST(HtpHazards, NamesAveragesThatRoundTheirSizeUp) {
  Program program = Narrow("AveragePool");
  EXPECT_THAT(HtpHazards(program), IsEmpty());
  program.graph.nodes.back().attributes["ceil_mode"] = std::int64_t{1};
  const std::vector<Hazard> hazards = HtpHazards(program);
  ASSERT_EQ(hazards.size(), 1U);
  EXPECT_EQ(hazards[0].rule, "average-pool-ceil");
  EXPECT_EQ(hazards[0].node, "y");
}

TEST(HtpHazards, NamesCastsThereAndBack) {
  Program program;
  program.graph.inputs = {{.name = "x", .type = ElementType::kFloat32, .dims = {2}}};
  program.graph.nodes = {model::MakeNode("Cast", {"x"}, "i"), model::MakeNode("Cast", {"i"}, "y")};
  program.graph.nodes[0].attributes["to"] = std::int64_t{6};
  program.graph.nodes[1].attributes["to"] = std::int64_t{1};
  EXPECT_THAT(HazardTexts(program), ElementsAre(HasSubstr("what 'i' made an integer")));
  program.graph.nodes[0].op_type = "ArgMax";
  EXPECT_THAT(HazardTexts(program), IsEmpty());
}

TEST(HtpHazards, NamesPadsAtTheEdgeOfAGraphInHalfPrecision) {
  Program program;
  program.graph.inputs = {{.name = "x", .type = ElementType::kFloat32, .dims = {2}}};
  program.graph.nodes = {model::MakeNode("Pad", {"x", "pads"}, "y")};
  program.graph.nodes[0].attributes["mode"] = std::string("edge");
  EXPECT_THAT(HazardTexts(program), IsEmpty());
  program.half = true;
  EXPECT_THAT(HazardTexts(program), ElementsAre(HasSubstr("Pad 'y'")));
}

}  // namespace
}  // namespace acc::target

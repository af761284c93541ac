// SPDX-License-Identifier: BSD-3-Clause
#include "features/compare_encodings/node_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "features/encodings/dlc_testing.h"

namespace acc::features {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class NodeReportTest : public testing::Test {
 protected:
  NodeReportTest() {
    model_.graphs.emplace_back().nodes = {
        {.name = "conv", .type = "Conv2d", .inputs = {"x", "w"}, .outputs = {"_1_out"}},
        {.name = "alone", .type = "Relu", .inputs = {"p"}, .outputs = {"q"}}};
    first_.entries = {{"x"}, {"w"}, {"_1_out"}};
    first_.encodings = {&one_, &channels_, &one_};
    second_.entries = {{"x"}, {"w"}, {"/1/out"}};
    second_.encodings = {&one_, &other_channels_, &two_};
    rows_ = CompareFiles(first_, second_, {});
  }

  std::string Text(const std::string& name) const {
    const auto lines = NodeReport(name, model_, rows_, {"DLC", "AIMET"});
    return lines.ok() ? Join(*lines, "\n") : lines.status().message();
  }

  dlc::Model model_;
  const TensorEncoding one_ = PerTensor(1, 0);
  const TensorEncoding two_ = PerTensor(2, 0);
  const TensorEncoding channels_ = PerChannel(std::vector<double>(20, 1), 0);
  const TensorEncoding other_channels_ = PerChannel(std::vector<double>(20, 2), 0);
  ComparedFile first_;
  ComparedFile second_;
  std::vector<ComparedEncoding> rows_;
};

TEST_F(NodeReportTest, ATensorByEitherName) {
  for (const char* name : {"_1_out", "/1/out", ".1.out"}) {
    EXPECT_THAT(
        Text(name),
        AllOf(HasSubstr("_1_out: differs; '/1/out' in AIMET, matched by: sanitized"),
              HasSubstr("scale       1                         2                         differs"),
              Not(HasSubstr("x: equal"))))
        << name;
  }
}

TEST_F(NodeReportTest, ANodeStandsForItsTensors) {
  EXPECT_THAT(Text("conv"),
              AllOf(HasSubstr("x: equal"), HasSubstr("w: differs"), HasSubstr("_1_out: differs")));
}

TEST_F(NodeReportTest, ManyChannelsAreCut) {
  EXPECT_THAT(Text("w"), AllOf(HasSubstr("channel 7\n"), Not(HasSubstr("channel 8\n")),
                               HasSubstr("12 more channels are in the sheet")));
}

TEST_F(NodeReportTest, UnknownNamesAreUsageErrors) {
  EXPECT_THAT(Text("connv"), HasSubstr("is called 'connv'. Did you mean 'conv'?"));
  EXPECT_THAT(Text("alone"), HasSubstr("no tensor of node 'alone'"));
  EXPECT_EQ(NodeReport("zzz", model_, rows_, {}).status().code(), StatusCode::kUsage);
}

}  // namespace
}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
#include "report/anonymous.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "report/depth_growth.h"
#include "report/findings.h"
#include "report/report_json.h"
#include "report/summary_json.h"
#include "report/summary_testing.h"

namespace acc::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

const Secrets kSecrets = {{"/home/alice"}, {"alice", "workstation7"}};

Summary Sample() {
  Summary summary = TestSummary({TestColumn({"SQNR"})}, {TestRow("/secret/conv_one", 30),
                                                         TestRow("secret_relu_two", 20, {0})});
  for (Row& row : summary.rows) row.sums.count = row.sums.finite = 96;
  summary.golden_directory = "/home/alice/project/golden_run";
  summary.target_directory = "/home/alice/project/target_run";
  summary.rows[0].node = "secret_node";
  summary.rows[1].reason = "'/secret/conv_one' is constant in '/home/alice/project/x.raw'";
  summary.rows[1].note = "read from /home/alice/project/golden_run/y.raw on workstation7";
  summary.rows[1].cells[0]->note = "see secret_relu_two";
  summary.unmatched_golden = {{"secret_fused", "fused into secret_node"},
                              {"secret_constant", std::string(kFoldedConstant)},
                              {"secret_other", "fused into unlisted_node@7"}};
  summary.target_graph = Graph{{{"secret_input", "Input", {"secret_input"}, {}, {}, "not stored"},
                                {"secret_node", "Conv", {"/secret/conv_one"}, {0}, {0}, ""},
                                {"secret_node_2", "Relu", {"secret_relu_two"}, {1}, {1}, ""}}};
  summary.command = {"--model_path",
                     "/home/alice/secret_model.onnx",
                     "--runtime",
                     "dsp",
                     "--act_bitwidth",
                     "16",
                     "--input_tensor",
                     "secret_input",
                     "1,3,8,8",
                     "data/secret_file.raw",
                     "--working_dir=/home/alice/secret_work"};
  summary.golden_command = summary.command;
  return summary;
}

// Everything that a page or file shows.
std::string AllText(const Summary& summary) {
  const Findings findings = FindingsOf(summary);
  std::vector<std::string> pages;
  for (const Row& row : summary.rows) pages.push_back(row.name);
  return ReportJson(SummaryJson(summary, findings, pages), summary,
                    DepthGrowthOf(summary, findings))
      .dump();
}

TEST(AnonymousTest, PathsUserAndMachineAreGoneAndNamesStay) {
  const Summary anonymous = Anonymous(Sample(), kSecrets, false);
  EXPECT_EQ(anonymous.golden_directory, "golden_run");
  EXPECT_EQ(anonymous.rows[0].name, "/secret/conv_one");
  EXPECT_EQ(anonymous.rows[1].reason, "'/secret/conv_one' is constant in 'x.raw'");
  EXPECT_EQ(anonymous.rows[1].note, "read from golden_run/y.raw on …");
  EXPECT_THAT(anonymous.command,
              ElementsAre("--model_path", "secret_model.onnx", "--runtime", "dsp", "--act_bitwidth",
                          "16", "--input_tensor", "secret_input", "1,3,8,8", "secret_file.raw",
                          "--working_dir=secret_work"));
  EXPECT_THAT(anonymous.golden_command, IsEmpty());
  const std::string text = AllText(anonymous);
  for (const char* secret : {"alice", "workstation7", "/home", "project"}) {
    EXPECT_THAT(AllText(Sample()), HasSubstr(secret));
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(text, HasSubstr("secret_relu_two"));
}

TEST(AnonymousTest, NoElementOfATensorIsLeft) {
  ASSERT_FALSE(Sample().rows[0].worst.empty());
  for (const bool hash_names : {false, true}) {
    for (const Row& row : Anonymous(Sample(), kSecrets, hash_names).rows) {
      EXPECT_THAT(row.worst, IsEmpty());
    }
  }
}

TEST(AnonymousTest, HashedNamesLeaveNoName) {
  const Summary anonymous = Anonymous(Sample(), kSecrets, true);
  EXPECT_THAT(anonymous.rows[0].name, MatchesRegex("tensor_[0-9a-f]+"));
  EXPECT_EQ(anonymous.rows[0].name.size(), 7u + 16u);
  EXPECT_EQ(anonymous.unmatched_golden[0].reason, "fused into " + anonymous.rows[0].node);
  EXPECT_EQ(anonymous.unmatched_golden[1].reason, kFoldedConstant);
  EXPECT_EQ(anonymous.unmatched_golden[2].reason, "fused into …");
  const std::string text = AllText(anonymous);
  for (const char* secret : {"secret", "alice", "unlisted", "/home", "golden_run", ".onnx"}) {
    EXPECT_THAT(AllText(Sample()), HasSubstr(secret));
    EXPECT_THAT(text, Not(HasSubstr(secret))) << secret;
  }
  EXPECT_THAT(anonymous.command,
              ElementsAre("--model_path", "…", "--runtime", "dsp", "--act_bitwidth", "16",
                          "--input_tensor", "…", "1,3,8,8", "…", "--working_dir=…"));
}

TEST(AnonymousTest, OneNameHasOneHashEverywhere) {
  const Summary first = Anonymous(Sample(), kSecrets, true);
  Summary other = Sample();
  std::swap(other.rows[0].name, other.rows[1].name);
  const Summary second = Anonymous(other, {}, true);
  EXPECT_EQ(first.rows[0].name, second.rows[1].name);
  EXPECT_EQ(first.rows[0].name, first.target_graph->nodes[1].outputs[0]);
  EXPECT_NE(first.rows[0].name, first.rows[1].name);
}

TEST(AnonymousTest, NamesThatQuotesOrOtherNamesHoldAreFound) {
  Summary summary = Sample();
  summary.rows[0].name = "secret'quoted name";
  summary.rows[1].name = "secret'quoted name_2";
  summary.rows[1].reason = "unlike 'secret'quoted name_2', as secret'quoted name";
  const Summary anonymous = Anonymous(summary, {}, true);
  EXPECT_THAT(anonymous.rows[1].reason, Not(HasSubstr("quoted")));
  EXPECT_EQ(anonymous.rows[1].reason,
            "unlike '" + anonymous.rows[1].name + "', as " + anonymous.rows[0].name);
}

TEST(AnonymousTest, ShortNamesDoNotEatWords) {
  Summary summary = Sample();
  summary.rows[0].name = "a";
  summary.rows[1].reason = "half an axis of a";
  const Summary anonymous = Anonymous(summary, {{}, {"al"}}, true);
  EXPECT_EQ(anonymous.rows[1].reason, "half an axis of " + anonymous.rows[0].name);
}

}  // namespace
}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "features/verification/feature.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class VerificationTest : public ::testing::Test {
 protected:
  VerificationTest()
      : root_(fs::path(testing::TempDir()) /
              (std::string("acc_verification_") +
               testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(root_);
    options_.common.working_dir = root_ / "work";
    options_.common.output_dirname = "run";
    options_.common.origin.given = {{"default_verifier", {{"SQNR"}}}};
    options_.golden_output_reference_directory = root_ / "golden";
    options_.inference_results = root_ / "target";
    options_.default_verifiers = {{"SQNR"}};
  }
  ~VerificationTest() override { fs::remove_all(root_); }

  void WriteRaw(const std::string& file, const std::vector<float>& values) {
    WriteText(file, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  }
  void WriteText(const std::string& file, std::string_view text) {
    ASSERT_TRUE(CreateFolders((root_ / file).parent_path()).ok());
    ASSERT_TRUE(WriteFile(root_ / file, text).ok());
  }

  // Golden and target of a chain a -> b -> c in which b breaks; foreign directories without
  // tensors.json.
  void WriteChain() {
    for (const char* name : {"a", "b", "c"}) {
      WriteRaw(std::string("golden/") + name + ".raw", {1, 2, -3, 4});
    }
    WriteRaw("target/a.raw", {1, 2, -3, 4});
    WriteRaw("target/b.raw", {2, 2, -3, 3});
    WriteRaw("target/c.raw", {2, 2, -3, 2.9F});
    WriteText("graph.json",
              R"({"nodes": [{"name": "n1", "type": "Conv", "inputs": ["x"], "outputs": ["a"]},
                            {"name": "n2", "type": "Relu", "inputs": ["a"], "outputs": ["b"]},
                            {"name": "n3", "type": "Add", "inputs": ["b"], "outputs": ["c"]}]})");
    options_.graph_struct = root_ / "graph.json";
  }

  Outcome RunOk() {
    auto result = RunVerification(options_);
    EXPECT_TRUE(result.ok()) << result.status().message();
    return result.ok() ? *result : Outcome();
  }
  Status RunFailing() {
    auto result = RunVerification(options_);
    EXPECT_FALSE(result.ok());
    EXPECT_FALSE(fs::exists(root_ / "work/verification/latest"));
    return result.status();
  }
  Json Report() {
    auto json = ReadJson(root_ / "work/verification/run/summary.json");
    EXPECT_TRUE(json.ok()) << json.status().message();
    return json.ok() ? *json : Json();
  }

  fs::path root_;
  VerificationOptions options_;
};

TEST_F(VerificationTest, HistogramsAreLeftOutOnDemand) {
  WriteChain();
  const auto details = [&] {
    EXPECT_TRUE(RunVerification(options_).ok());
    const std::string html = *ReadFile(root_ / "work/verification/run/report.html");
    const std::string opening = "id=\"data\">";
    const std::size_t begin = html.find(opening) + opening.size();
    return Json::parse(html.substr(begin, html.find("</script>", begin) - begin))["details"];
  };
  EXPECT_FALSE(details()[1]["distribution"].is_null());
  options_.no_histograms = true;
  EXPECT_TRUE(details()[1]["distribution"].is_null());
}

TEST_F(VerificationTest, NamesTheTensorThatBreaks) {
  WriteChain();
  const Outcome outcome = RunOk();
  EXPECT_TRUE(outcome.thresholds_met);
  EXPECT_THAT(outcome.summary_lines[0],
              AllOf(HasSubstr("First to diverge: 'b' (Relu)"), HasSubstr("tensor 2 of 3")));
  EXPECT_EQ(fs::read_symlink(root_ / "work/verification/latest"), "run");
  for (const char* file : {"log.txt", "verification_options.json", "summary.csv", "SQNR/b.html"}) {
    EXPECT_TRUE(fs::exists(outcome.directory / file)) << file;
  }
}

TEST_F(VerificationTest, AThresholdThatIsNotMetIsTold) {
  WriteChain();
  options_.default_verifiers = {{"SQNR", "threshold", "20"}};
  EXPECT_FALSE(RunOk().thresholds_met);
  EXPECT_EQ(Report()["rows"][1]["verdict"], "mismatch");
  EXPECT_EQ(Report()["rows"][1]["outside_threshold"], Json::array({0}));
}

TEST_F(VerificationTest, ConfiguredVerifiersJudgeTheirTensorsOnly) {
  WriteChain();
  WriteText("config.json",
            R"({"TopK": {"parameters": {"k": 2, "ordered": false}, "tensors": [["b"]]}})");
  options_.verifier_config = root_ / "config.json";
  RunOk();
  const Json report = Report();
  EXPECT_EQ(report["columns"][1]["name"], "TopK");
  EXPECT_TRUE(report["rows"][0]["scores"][1].is_null());
  EXPECT_TRUE(report["rows"][1]["scores"][1].is_number());
  EXPECT_FALSE(fs::exists(root_ / "work/verification/run/TopK/a.html"));
}

TEST_F(VerificationTest, BadConfigurationsAreUsageErrors) {
  WriteChain();
  options_.verifier_config = root_ / "config.json";
  WriteText("config.json", R"({"TopK": {"tensors": [["nowhere"]]}})");
  EXPECT_THAT(RunFailing().message(), AllOf(HasSubstr("TopK"), HasSubstr("'nowhere'")));
  fs::remove_all(root_ / "work");
  WriteText("config.json", R"({"TopK": {"parameters": {"k": 2}}})");
  const Status status = RunFailing();
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_THAT(status.message(), HasSubstr("\"tensors\""));
}

TEST_F(VerificationTest, ScaledDiffNeedsTheGraph) {
  WriteChain();
  options_.default_verifiers = {{"ScaledDiff"}};
  EXPECT_TRUE(RunOk().thresholds_met);
  fs::remove_all(root_ / "work");
  options_.graph_struct.clear();
  const Status status = RunFailing();
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_THAT(status.message(), HasSubstr("--graph_struct"));
}

TEST_F(VerificationTest, PathsMayBeRelativeToTheWorkingDirectory) {
  WriteChain();
  fs::create_directories(root_ / "work");
  fs::rename(root_ / "golden", root_ / "work/golden_of_this_test");
  options_.golden_output_reference_directory = "golden_of_this_test";
  RunOk();
}

TEST_F(VerificationTest, AnUnreadablePairIsListedAndTheOthersCompared) {
  WriteChain();
  WriteText("target/b.raw", "odd");
  RunOk();
  EXPECT_EQ(Report()["rows"].size(), 2u);
  EXPECT_EQ(Report()["unmatched_target"][0]["name"], "b");
}

// A convolution whose net JSON says channel-last, and a Relu without dims behind it.
constexpr std::string_view kNet = R"({"graph": {"tensors": {
    "x": {"id": 0, "type": 0, "data_type": 562, "dims": [1, 4, 4, 2]},
    "_conv_out": {"id": 1, "type": 1, "data_type": 1032, "dims": [1, 4, 4, 2], "quant_params":
        {"definition": 1, "encoding": 0, "scale_offset": {"offset": -128, "scale": 0.5}}}},
  "nodes": {"n": {"package": "qti.aisw", "type": "Conv2d", "input_names": ["x"],
                  "output_names": ["_conv_out"]}}}})";

TEST_F(VerificationTest, ANetJsonTellsAxisOrderEncodingAndOperator) {
  std::vector<float> golden(32);
  std::vector<float> target(32);
  for (std::size_t i = 0; i < golden.size(); ++i) {
    golden[i] = static_cast<float>(i);
    target[i % 16 * 2 + i / 16] = golden[i];
  }
  WriteRaw("golden/conv/out.raw", golden);
  WriteRaw("target/_conv_out.raw", target);
  WriteText("net.json", kNet);
  options_.qnn_model_json_path = root_ / "net.json";
  options_.default_verifiers = {{"CosineSimilarity"}, {"ScaledDiff"}};
  RunOk();
  const Json row = Report()["rows"][0];
  EXPECT_EQ(row["scores"][0], 1.0);
  EXPECT_EQ(row["layer_type"], "Conv2d");
  EXPECT_EQ(row["dims"], Json::array({1, 4, 4, 2}));
  EXPECT_EQ(row["note"], "");
  const auto page = ReadFile(root_ / "work/verification/run/CosineSimilarity/_conv_out.html");
  ASSERT_TRUE(page.ok()) << page.status().message();
  EXPECT_THAT(*page, HasSubstr("scale 0.5, offset -128"));
}

TEST_F(VerificationTest, ANetJsonThatContradictsTheFilesIsToldAndNotUsed) {
  WriteRaw("golden/conv/out.raw", {1, 2, 3});
  WriteRaw("target/_conv_out.raw", {1, 2, 3});
  WriteText("net.json", kNet);
  options_.qnn_model_json_path = root_ / "net.json";
  RunOk();
  const Json row = Report()["rows"][0];
  EXPECT_EQ(row["verdict"], "match");
  EXPECT_THAT(std::string(row["note"]), AllOf(HasSubstr("1x4x4x2"), HasSubstr("12 bytes")));
}

TEST_F(VerificationTest, AModelOfOtherTensorsIsRefusedWithNamesOfBoth) {
  WriteChain();
  WriteText("net.json", kNet);
  options_.qnn_model_json_path = root_ / "net.json";
  EXPECT_THAT(RunFailing().message(),
              AllOf(HasSubstr("'x', '_conv_out'"), HasSubstr("have 'a', 'b', 'c'")));
  fs::remove_all(root_ / "work");
  options_.dlc_path = root_ / "net.json";
  const Status status = RunFailing();
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_THAT(status.message(), HasSubstr("Give one of them"));
}

TEST_F(VerificationTest, NothingToCompareIsAFailure) {
  WriteRaw("golden/x.raw", {1});
  WriteRaw("target/y.raw", {1});
  EXPECT_THAT(RunFailing().message(), AllOf(HasSubstr("'x'"), HasSubstr("'y'")));
  fs::remove_all(root_ / "work");
  options_.inference_results = root_ / "missing";
  EXPECT_THAT(RunFailing().message(), HasSubstr("missing"));
}

TEST_F(VerificationTest, EqualVerifiersMakeOneColumn) {
  WriteChain();
  options_.default_verifiers = {{"SQNR"}, {"sqnr"}, {"TopK", "k", "1"}, {"TopK", "k", "2"}};
  RunOk();
  std::vector<std::string> names;
  const Json report = Report();
  for (const Json& column : report["columns"]) names.push_back(column["name"]);
  EXPECT_THAT(names, ::testing::ElementsAre("SQNR", "TopK", "TopK_2"));
}

}  // namespace
}  // namespace acc::features

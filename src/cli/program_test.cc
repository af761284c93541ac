// SPDX-License-Identifier: BSD-3-Clause
#include "cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <sstream>
#include <stdexcept>

namespace acc::cli {
namespace {

using features::Outcome;
using testing::HasSubstr;
using testing::StartsWith;

// What the fake features answer with, and which one was called.
std::function<Result<Outcome>()> answer;
std::string called;

Result<Outcome> Fake(const features::Feature& feature, const features::Request& request) {
  called = std::string(feature.title) + " " + request.common().working_dir.string();
  return answer();
}

const std::vector<std::string> kVerification = {"--verification",
                                                "--default_verifier",
                                                "SQNR",
                                                "--framework_results",
                                                "g",
                                                "--inference_results",
                                                "t",
                                                "-w",
                                                "here"};
const std::vector<std::string> kRunner = {
    "--framework_runner", "-f", "onnx", "-m", "m", "-i", "a", "1", "a.raw", "-o", "b"};
const std::vector<std::string> kEngine = {"--inference_engine",
                                          "-f",
                                          "onnx",
                                          "-m",
                                          "m",
                                          "-i",
                                          "a",
                                          "1",
                                          "a.raw",
                                          "-o",
                                          "b",
                                          "-r",
                                          "cpu",
                                          "-a",
                                          "x86_64-linux-clang",
                                          "-l",
                                          "list.txt"};

struct Ran {
  int code;
  std::string out;
  std::string err;
};

Ran RanWith(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  called.clear();
  const int code = RunProgram(words, out, err, &Fake);
  return {code, out.str(), err.str()};
}

class ProgramTest : public testing::Test {
 protected:
  ProgramTest() {
    answer = [] { return Outcome{.summary_lines = {"one", "two"}}; };
  }
};

TEST_F(ProgramTest, EachRequestReachesItsFeature) {
  EXPECT_EQ(RanWith(kVerification).code, 0);
  EXPECT_EQ(called, "Verification here");
  EXPECT_EQ(RanWith(kRunner).code, 0);
  EXPECT_EQ(called, "Framework Runner working_directory");
  EXPECT_EQ(RanWith(kEngine).code, 0);
  EXPECT_EQ(called, "Inference Engine working_directory");
  EXPECT_EQ(RanWith({"--compare_encodings", "--input", "a", "--input2", "b"}).code, 0);
  EXPECT_EQ(called, "Compare Encodings working_directory");
  EXPECT_EQ(RanWith({"--tensor_inspection", "--golden_data", "g", "--target_data", "t",
                     "--verifier", "SQNR"})
                .code,
            0);
  EXPECT_EQ(called, "Tensor Inspection working_directory");
  EXPECT_EQ(RanWith({"--dlc_info", "a"}).code, 0);
  EXPECT_EQ(called, "DLC Info working_directory");
  EXPECT_EQ(RanWith({"--quant_checker", "-f", "onnx", "-m", "m", "-i", "a", "1", "a.raw", "-o", "b",
                     "--config_file", "c.json", "-l", "list.txt"})
                .code,
            0);
  EXPECT_EQ(called, "Quantization Checker working_directory");
  std::vector<std::string> words(kEngine.begin() + 1, kEngine.end());
  words.insert(words.end(), {"--default_verifier", "SQNR"});
  EXPECT_EQ(RanWith(words).code, 0);
  EXPECT_EQ(called, "End to end working_directory");
}

TEST_F(ProgramTest, TheSummaryGoesToStandardOutput) {
  const Ran ran = RanWith(kVerification);
  EXPECT_EQ(ran.out, "one\ntwo\n");
  EXPECT_EQ(ran.err, "");
}

TEST_F(ProgramTest, AThresholdNotMetIsOne) {
  answer = [] { return Outcome{.thresholds_met = false, .summary_lines = {"x"}}; };
  const Ran ran = RanWith(kVerification);
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "x\n");
}

TEST_F(ProgramTest, FailuresArePrintedOnce) {
  answer = [] { return Failure("no such model"); };
  const Ran ran = RanWith(kVerification);
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "snpe-accuracy-debugger: error: no such model\n");
  answer = [] { return Interrupted(); };
  EXPECT_EQ(RanWith(kVerification).code, 130);
}

TEST_F(ProgramTest, ABadCommandLineReachesNoFeature) {
  const Ran ran = RanWith({"--verification", "--nope"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, StartsWith("snpe-accuracy-debugger: error: "));
  EXPECT_EQ(called, "");
}

TEST_F(ProgramTest, ExceptionsBecomeMessages) {
  answer = []() -> Result<Outcome> { throw std::bad_alloc(); };
  Ran ran = RanWith(kVerification);
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.err, HasSubstr("out of memory"));
  answer = []() -> Result<Outcome> { throw std::runtime_error("odd"); };
  ran = RanWith(kVerification);
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.err, HasSubstr("unexpected: odd"));
}

TEST_F(ProgramTest, AFullStandardOutputIsAFailure) {
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  EXPECT_EQ(RunProgram(kVerification, out, err, &Fake), 3);
  EXPECT_THAT(err.str(), HasSubstr("standard output"));
}

TEST_F(ProgramTest, HelpAndVersionReachNoFeature) {
  EXPECT_THAT(RanWith({"-h"}).out,
              StartsWith("usage: snpe-accuracy-debugger [--framework_runner] ["));
  EXPECT_THAT(RanWith({"--help", "--verification"}).out,
              StartsWith("usage: snpe-accuracy-debugger --verification"));
  EXPECT_THAT(RanWith({"--version"}).out, StartsWith("snpe-accuracy-debugger "));
  EXPECT_EQ(called, "");
}

}  // namespace
}  // namespace acc::cli

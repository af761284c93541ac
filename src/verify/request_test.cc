// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verify/files_testing.h"
#include "verify/verifiers.h"

namespace acc::verify {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Status Refusal(std::initializer_list<std::string> words) {
  const std::vector<std::string> list(words);
  const Status status = ParseRequest(list).status();
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  return status;
}

TEST(ParseRequestTest, ReadsTheCommaForm) {
  const Request request = MakeRequest({"rtolatol,RtolMargin,0.02,atolmargin,1e-3"});
  EXPECT_EQ(request.info->name, "RtolAtol");
  EXPECT_THAT(request.parameters,
              ElementsAre(Pair("atolmargin", "1e-3"), Pair("rtolmargin", "0.02")));
  const auto tolerance = request.verifier->tolerance(nullptr);
  ASSERT_TRUE(tolerance.has_value());
  EXPECT_EQ(tolerance->rtol, 0.02);
  EXPECT_EQ(tolerance->atol, 0.001);
}

TEST(ParseRequestTest, ReadsTheSpaceForm) {
  const Request request = MakeRequest({"TopK", "k", "3", "ordered", "TRUE"});
  EXPECT_THAT(request.parameters, ElementsAre(Pair("k", "3"), Pair("ordered", "TRUE")));
}

TEST(ParseRequestTest, FillsInDefaults) {
  EXPECT_THAT(MakeRequest({"rtolatol"}).parameters,
              ElementsAre(Pair("atolmargin", "0.01"), Pair("rtolmargin", "0.01")));
  EXPECT_FALSE(MakeRequest({"rtolatol"}).threshold.has_value());
}

TEST(ParseRequestTest, IgnoresPlaceholders) {
  const Request request = MakeRequest({"CosineSimilarity", "param1", "1", "param2", "2"});
  EXPECT_THAT(request.ignored_parameters, ElementsAre("param1", "param2"));
  EXPECT_FALSE(request.parameters.contains("param1"));
}

TEST(ParseRequestTest, RefusesParametersThatTheVerifierDoesNotHave) {
  EXPECT_THAT(Refusal({"SQNR", "treshold", "300"}).message(),
              HasSubstr("SQNR has no parameter 'treshold'. Did you mean 'threshold'? It takes "
                        "threshold."));
  EXPECT_THAT(Refusal({"RtolAtol,rtol_margin,0.1"}).message(), HasSubstr("'rtolmargin'"));
  EXPECT_THAT(Refusal({"SQNR,k,5"}).message(), HasSubstr("SQNR has no parameter 'k'"));
  for (const char* name : {"param", "param1x", "params1", "xparam1", "param-1"}) {
    EXPECT_THAT(Refusal({"SQNR", name, "1"}).message(), HasSubstr("has no parameter")) << name;
  }
}

TEST(ParseRequestTest, EveryVerifierHasAThreshold) {
  for (const VerifierInfo& info : Verifiers()) {
    EXPECT_EQ(MakeRequest({std::string(info.name) + ",Threshold,-2.5"}).threshold, -2.5);
  }
}

TEST(ParseRequestTest, RefusesADecimalComma) {
  EXPECT_THAT(Refusal({"rtolatol,rtolmargin,0.01,atolmargin,0,01"}).message(),
              HasSubstr("'01' stands where a parameter's name is expected; write decimals with a "
                        "point, such as 0.01"));
  EXPECT_THAT(Refusal({"rtolatol", "rtolmargin", "0,01"}).message(), HasSubstr("such as 0.01"));
}

TEST(ParseRequestTest, RefusesWhatItCannotRead) {
  EXPECT_THAT(Refusal({}).message(), HasSubstr("a verifier's name is expected"));
  EXPECT_THAT(Refusal({""}).message(), HasSubstr("a verifier's name is expected"));
  EXPECT_THAT(Refusal({"SQRN"}).message(), HasSubstr("Did you mean 'SQNR'?"));
  EXPECT_THAT(Refusal({"SQNR,"}).message(), HasSubstr("remove the spare comma"));
  EXPECT_THAT(Refusal({"SQNR", "threshold"}).message(), HasSubstr("'threshold' has no value"));
  EXPECT_THAT(Refusal({"SQNR", "MSE"}).message(), HasSubstr("repeat the flag"));
  EXPECT_THAT(Refusal({"SQNR,threshold,high"}).message(), HasSubstr("it takes a number"));
  EXPECT_THAT(Refusal({"SQNR,threshold,nan"}).message(), HasSubstr("it takes a number"));
  EXPECT_THAT(Refusal({"SQNR,threshold,1,THRESHOLD,2"}).message(), HasSubstr("given twice"));
}

TEST(ParseRequestTest, NamesTheVerifierOfABadValue) {
  EXPECT_THAT(Refusal({"rtolatol,atolmargin,-1"}).message(),
              HasSubstr("RtolAtol: parameter 'atolmargin' is '-1'; it takes a number, 0 or more"));
  EXPECT_THAT(Refusal({"rtolatol,atolmargin,inf"}).message(), HasSubstr("it takes a number"));
  EXPECT_THAT(Refusal({"topk,k,0"}).message(), HasSubstr("a whole number, 1 or more"));
  EXPECT_THAT(Refusal({"topk,k,-3"}).message(), HasSubstr("a whole number, 1 or more"));
  EXPECT_THAT(Refusal({"topk,k,1000001"}).message(), HasSubstr("the most that TopK ranks"));
  EXPECT_THAT(Refusal({"topk,ordered,maybe"}).message(), HasSubstr("true or false"));
  EXPECT_THAT(Refusal({"AdjustedRtolAtol,levels,1"}).message(), HasSubstr("2 or more"));
  EXPECT_THAT(Refusal({"CosineSimilarity,scale,x"}).message(), HasSubstr("'scale' is 'x'"));
  EXPECT_THAT(Refusal({"MeanIOU,background_classification,none"}).message(),
              HasSubstr("it takes a number"));
}

}  // namespace
}  // namespace acc::verify

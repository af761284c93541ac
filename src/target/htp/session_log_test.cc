// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/session_log.h"

#include <gtest/gtest.h>

namespace acc::target {
namespace {

TEST(SessionLog, ReadsRefusals) {
  SessionLog log;
  log.Read(
      "Validation FAILED for 2 nodes in OrtNodeUnit (BatchNormalization) :\n"
      "\tOperator type: DequantizeLinear Node name: x_dq Node index: 11\n"
      "\tOperator type: BatchNormalization Node name: bn.2 Node index: 12\n"
      "\tREASON : QNN Batchnorm unsupported datatype on HTP.\n",
      false);
  log.Read(
      "Validation FAILED for 1 nodes in OrtNodeUnit (Erf) :\n"
      "\tOperator type: Erf Node name: e Node index: 1\n"
      "\tREASON : Operators of type `Erf` are not supported by QNN EP.Erf node `e` will not be "
      "assigned to QNN EP.\n",
      false);
  EXPECT_EQ(log.refusals.at("bn.2"), "QNN Batchnorm unsupported datatype on HTP.");
  EXPECT_EQ(log.refusals.at("x_dq"), "QNN Batchnorm unsupported datatype on HTP.");
  EXPECT_EQ(log.refusals.at("e"), "Operators of type `Erf` are not supported by QNN EP.");
  EXPECT_TRUE(log.errors.empty());
}

TEST(SessionLog, SaysWhatAFailedValidationWas) {
  SessionLog log;
  log.Read(
      "QNN.backendValidateOpConfig() failed for node `mul` of type `ElementWiseMultiply` with "
      "error code 3110\n",
      false);
  log.Read(
      "Validation FAILED for 1 nodes in OrtNodeUnit (Mul) :\n"
      "\tOperator type: Mul Node name: mul Node index: 0\n\tREASON : Failed to add node.\n",
      false);
  EXPECT_EQ(log.refusals.at("mul"),
            "Qualcomm's library refused it as ElementWiseMultiply (error 3110)");
}

TEST(SessionLog, KeepsEachErrorOnceAndTheLibrarysName) {
  SessionLog log;
  log.Read("QNN SetupBackend failed: file too short", true);
  log.Read(
      "GetCapability() failed with error: [ONNXRuntimeError] : 11 : EP_FAIL : QNN SetupBackend "
      "failed: file too short",
      true);
  log.Read("Found valid interface, backend provider name: HTP_QTI_AISW backend id: 6", false);
  ASSERT_EQ(log.errors.size(), 1U);
  EXPECT_EQ(log.errors[0], "QNN SetupBackend failed: file too short");
  EXPECT_EQ(log.backend, "HTP_QTI_AISW");
}

}  // namespace
}  // namespace acc::target

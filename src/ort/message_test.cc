// SPDX-License-Identifier: BSD-3-Clause
#include "ort/message.h"

#include <gtest/gtest.h>

namespace acc::ort {
namespace {

TEST(PlainMessage, LeavesOutSourceAndSignature) {
  EXPECT_EQ(PlainMessage("/src/a.cc:12 Status N::F(int) const x > 0 was false. No room.\n"),
            "No room.");
  EXPECT_EQ(PlainMessage("Non-zero status code while running Gather node. Name:'g' Status Message: "
                         "/o/core/gather.cc:61 void onnxruntime::Run(F(int), const T&) [with T = "
                         "std::vector<int>] index 9 is out of bounds"),
            "Non-zero status code while running Gather node. Name:'g' Status Message: index 9 is "
            "out of bounds");
}

TEST(PlainMessage, LeavesOutTheNameOfAFunction) {
  EXPECT_EQ(
      PlainMessage("Name:'op7' Status Message: upsamplebase.h:548 ScalesValidation Scale value "
                   "should be greater than 0."),
      "Name:'op7' Status Message: Scale value should be greater than 0.");
  EXPECT_EQ(PlainMessage("conv.cc:275 Compute Conv : bias must be of size channels (4)"),
            "Conv : bias must be of size channels (4)");
  EXPECT_EQ(
      PlainMessage("tensor.cc:57 CalculateTensorStorageSize Tensor shape.Size() must be >= 0"),
      "Tensor shape.Size() must be >= 0");
}

TEST(PlainMessage, LeavesOutEverySource) {
  EXPECT_EQ(
      PlainMessage("[ONNXRuntimeError] : 1 : FAIL : Exception during initialization: "
                   "/src/upsamplebase.h:314 onnxruntime::UpsampleBase::UpsampleBase(const "
                   "KernelInfoType&) [with KernelInfoType = onnxruntime::OpKernelInfo] "
                   "[ONNXRuntimeError] : 1 : FAIL : upsamplebase.h:548 ScalesValidation Scale "
                   "value should be greater than 0.\n"),
      "Exception during initialization: Scale value should be greater than 0.");
}

TEST(PlainMessage, LeavesOutACallOperator) {
  EXPECT_EQ(
      PlainMessage("/src/clip.cc:107 void onnxruntime::Clip::ComputeImpl<T>::operator()(const "
                   "onnxruntime::Tensor*, bool) const [with T = float] min should be a scalar."),
      "min should be a scalar.");
}

TEST(PlainMessage, KeepsAConditionThatNothingExplains) {
  EXPECT_EQ(PlainMessage("a.h:7 void F() size == 3 was false."), "size == 3 was false.");
}

TEST(PlainMessage, IsOneLine) {
  EXPECT_EQ(PlainMessage("first\n  second\nStacktrace:\n  third"), "first second");
}

TEST(PlainMessage, LeavesOutCodes) {
  EXPECT_EQ(PlainMessage("failed with error: [ONNXRuntimeError] : 11 : EP_FAIL : no library"),
            "failed with error: no library");
}

TEST(PlainMessage, NamesTheNodeThatAProviderCannotRun) {
  EXPECT_EQ(
      PlainMessage("Node 'norm_token_8' OpType:LRN with domain:com.ms.internal.nhwc was inserted "
                   "using the NHWC format as requested by QNNExecutionProvider, but was not "
                   "selected by that EP. This means the graph is now invalid."),
      "the plugin takes the node 'norm' (LRN) and then cannot run it");
  EXPECT_EQ(PlainMessage("It was inserted using the NHWC format."),
            "It was inserted using the NHWC format.");
}

TEST(WithoutToken, TakesOffOneEnding) {
  EXPECT_EQ(WithoutToken("conv_token_12"), "conv");
  EXPECT_EQ(WithoutToken("a_token_1_token_2"), "a_token_1");
  EXPECT_EQ(WithoutToken("a_token_"), "a_token_");
  EXPECT_EQ(WithoutToken("plain"), "plain");
}

TEST(PlainMessage, LeavesOtherTextAlone) {
  EXPECT_EQ(PlainMessage("Node 'a:1' (b) is at 12:30"), "Node 'a:1' (b) is at 12:30");
  EXPECT_EQ(PlainMessage("x.cc:12"), "");
  EXPECT_EQ(PlainMessage(""), "");
}

}  // namespace
}  // namespace acc::ort

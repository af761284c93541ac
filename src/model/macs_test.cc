// SPDX-License-Identifier: BSD-3-Clause
#include "model/macs.h"

#include <gtest/gtest.h>

#include <map>

namespace acc::model {
namespace {

const std::map<std::string, Shape>& Tensors() {
  static const std::map<std::string, Shape> kTensors = {
      {"image", {1, 3, 4, 5}},
      {"kernel", {6, 3, 2, 2}},
      {"conv", {1, 6, 3, 4}},
      {"up_kernel", {3, 6, 2, 2}},
      {"up", {1, 6, 5, 6}},
      {"a", {2, 5, 7}},
      {"at", {7, 5}},
      {"b", {7, 9}},
      {"ab", {2, 5, 9}},
      {"atb", {5, 9}},
      {"steps", {10, 2, 7}},
      {"w", {2, 12, 7}},
      {"r", {2, 12, 3}},
      {"all", {10, 2, 2, 3}},
      {"q", {1, 2, 6, 8}},
      {"k", {1, 2, 9, 8}},
      {"v", {1, 2, 9, 4}},
      {"past", {1, 2, 3, 8}},
      {"o", {1, 2, 6, 4}},
      {"unknown", {2, kUnknownDim, 7}},
      {"huge", {1, std::int64_t{1} << 40, 1 << 20}},
      {"wide", {1 << 20, 1 << 20}},
      {"scale", {}}};
  return kTensors;
}

std::optional<std::uint64_t> Macs(Node node) {
  return MultiplyAccumulates(node, [](const std::string& name) {
    const auto found = Tensors().find(name);
    return found != Tensors().end() ? &found->second : nullptr;
  });
}

Node Make(std::string op_type, std::vector<std::string> inputs, std::vector<std::string> outputs,
          std::map<std::string, Attribute> attributes = {}, std::string domain = "") {
  return {.name = "n",
          .op_type = std::move(op_type),
          .domain = std::move(domain),
          .inputs = std::move(inputs),
          .outputs = std::move(outputs),
          .attributes = std::move(attributes)};
}

TEST(MacsTest, OfConvolutions) {
  EXPECT_EQ(Macs(Make("Conv", {"image", "kernel"}, {"conv"})), 12U * 72);
  EXPECT_EQ(Macs(Make("Conv", {"image", "kernel"}, {"conv"}, {}, "ai.onnx")), 12U * 72);
  EXPECT_EQ(Macs(Make("ConvTranspose", {"image", "up_kernel"}, {"up"})), 20U * 72);
  EXPECT_EQ(Macs(Make("QLinearConv", {"image", "scale", "scale", "kernel"}, {"conv"})), 12U * 72);
}

TEST(MacsTest, OfMatrices) {
  EXPECT_EQ(Macs(Make("MatMul", {"a", "b"}, {"ab"})), 90U * 7);
  EXPECT_EQ(Macs(Make("Gemm", {"at", "b"}, {"atb"}, {{"transA", std::int64_t{1}}})), 45U * 7);
  EXPECT_EQ(Macs(Make("Einsum", {"a", "b"}, {"ab"}, {{"equation", "bik, kj -> bij"}})), 90U * 7);
  EXPECT_EQ(Macs(Make("Einsum", {"a"}, {"a"}, {{"equation", "bik->bki"}})), std::nullopt);
  EXPECT_EQ(Macs(Make("MatMulNBits", {"a"}, {"ab"}, {{"K", std::int64_t{7}}}, "com.microsoft")),
            90U * 7);
}

TEST(MacsTest, NodesThatMayHoldUncountedOnes) {
  EXPECT_TRUE(MayMultiply(Make("Conv", {"image", "unknown"}, {"conv"})));
  EXPECT_TRUE(MayMultiply(Make("MultiHeadAttention", {"q"}, {"o"}, {}, "com.microsoft")));
  const Attribute body = std::make_shared<const Graph>();
  EXPECT_TRUE(MayMultiply(Make("Loop", {"a"}, {"b"}, {{"body", body}})));
  EXPECT_FALSE(MayMultiply(Make("Relu", {"a"}, {"b"})));
  EXPECT_FALSE(MayMultiply(Make("Relu", {"a"}, {"b"}, {}, "ai.onnx")));
}

TEST(MacsTest, OfSequences) {
  for (const char* type : {"LSTM", "GRU", "RNN"}) {
    EXPECT_EQ(Macs(Make(type, {"steps", "w", "r"}, {"all"})), 20U * (2 * 12 * 7 + 2 * 12 * 3));
  }
  EXPECT_EQ(Macs(Make("DynamicQuantizeLSTM", {"steps", "w", "r"}, {"all"}, {}, "com.microsoft")),
            20U * (2 * 12 * 7 + 2 * 12 * 3));
  EXPECT_EQ(Macs(Make("Attention", {"q", "k", "v"}, {"o"})), 2U * (6 * 9 * 8 + 6 * 9 * 4));
  EXPECT_EQ(Macs(Make("Attention", {"q", "k", "v", "", "past"}, {"o"})),
            2U * (6 * 12 * 8 + 6 * 12 * 4));
}

TEST(MacsTest, NothingWhereItCannotBeTold) {
  EXPECT_EQ(Macs(Make("Relu", {"a"}, {"a"})), std::nullopt);
  EXPECT_EQ(Macs(Make("Conv", {"a", "b"}, {"ab"}, {}, "stranger's")), std::nullopt);
  EXPECT_EQ(Macs(Make("Conv", {"image"}, {"conv"})), std::nullopt);
  EXPECT_EQ(Macs(Make("Conv", {"image", ""}, {"conv"})), std::nullopt);
  EXPECT_EQ(Macs(Make("MatMul", {"a", "b"}, {"unknown"})), std::nullopt);
  EXPECT_EQ(Macs(Make("MatMul", {"wide", "b"}, {"huge"})), std::nullopt);
  EXPECT_EQ(Macs(Make("LSTM", {"unknown", "w", "r"}, {"all"})), std::nullopt);
}

}  // namespace
}  // namespace acc::model

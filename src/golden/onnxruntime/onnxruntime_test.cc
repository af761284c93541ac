// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <mutex>

#include "golden/framework.h"
#include "model/graph_testing.h"
#include "model/onnx/onnx_format.h"

namespace acc::golden {
namespace {

using ::testing::HasSubstr;

using model::MakeNode;

// x -> Relu -> r; r + r -> y; Shape(y) -> s (int64)
model::Graph Small() {
  model::Graph graph;
  graph.name = "small";
  graph.opsets[""] = 13;
  graph.inputs = {{.name = "x", .type = ElementType::kFloat32, .dims = {kUnknownDim}}};
  graph.outputs = {{.name = "y", .type = ElementType::kFloat32, .dims = {kUnknownDim}}};
  graph.nodes = {MakeNode("Relu", {"x"}, "r"), MakeNode("Add", {"r", "r"}, "y"),
                 MakeNode("Shape", {"y"}, "s")};
  return graph;
}

class OnnxRuntimeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ =
        std::filesystem::temp_directory_path() / ("golden_" + std::to_string(getpid()) + ".onnx");
    auto bytes = model::SerializeOnnx(Small());
    ASSERT_TRUE(bytes.ok()) << bytes.status().message();
    std::ofstream(path_, std::ios::binary) << *bytes;
  }
  void TearDown() override { std::filesystem::remove(path_); }

  Status Run(std::vector<std::string> tensors, std::uint64_t budget) {
    const std::vector<float> input = {-1.0F, 2.0F, 3.0F};
    Request request;
    request.model_path = path_;
    request.inputs["x"] = Tensor::FromFloats({3}, input);
    request.tensors = std::move(tensors);
    request.memory_budget_bytes = budget;
    const auto framework = FindFramework("ONNX");
    if (!framework.ok()) return framework.status();
    const Sink sink = [&](const std::string& tensor, const TensorView& value) {
      const std::lock_guard lock(mutex_);
      seen_[tensor] = ToFloats(value).value();
      ++calls_;
      return OkStatus();
    };
    return (*framework)->run(request, sink, [](const std::string&, const std::string&) {});
  }

  std::filesystem::path path_;
  std::mutex mutex_;
  std::map<std::string, std::vector<float>> seen_;
  int calls_ = 0;
};

TEST_F(OnnxRuntimeTest, CapturesEveryTensorInOnePass) {
  ASSERT_TRUE(Run({"r", "y", "s"}, 1 << 20).ok());
  EXPECT_EQ(seen_["r"], (std::vector<float>{0, 2, 3}));
  EXPECT_EQ(seen_["y"], (std::vector<float>{0, 4, 6}));
  EXPECT_EQ(seen_["s"], (std::vector<float>{3}));
}

TEST_F(OnnxRuntimeTest, ATinyBudgetMeansOnePassATensorAndTheSameValues) {
  ASSERT_TRUE(Run({"r", "y", "s"}, 1).ok());
  EXPECT_EQ(calls_, 3);
  EXPECT_EQ(seen_["y"], (std::vector<float>{0, 4, 6}));
}

TEST_F(OnnxRuntimeTest, AnUnknownTensorFailsByName) {
  EXPECT_THAT(Run({"nothing"}, 1 << 20).message(), HasSubstr("nothing"));
}

TEST(FindFramework, SaysWhatItKnows) {
  const auto framework = FindFramework("onx");
  ASSERT_FALSE(framework.ok());
  EXPECT_EQ(framework.status().code(), StatusCode::kUsage);
  EXPECT_THAT(framework.status().message(), HasSubstr("Did you mean 'onnx'"));
}

}  // namespace
}  // namespace acc::golden

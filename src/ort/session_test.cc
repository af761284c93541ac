// SPDX-License-Identifier: BSD-3-Clause
#include "ort/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/onnx/onnx_format.h"
#include "ort/capture.h"
#include "ort/library.h"

namespace acc::ort {
namespace {

using ::testing::HasSubstr;

model::Graph Doubling(ElementType type) {
  model::Graph graph;
  graph.name = "doubling";
  graph.opsets[""] = 14;
  graph.inputs = {{.name = "x", .type = type, .dims = {2}}};
  graph.outputs = {{.name = "y", .type = type, .dims = {2}}};
  model::Node node;
  node.name = "double";
  node.op_type = "Add";
  node.inputs = {"x", "x"};
  node.outputs = {"y"};
  graph.nodes = {node};
  return graph;
}

TEST(Session, RunsAndDescribesItsEnds) {
  auto session = Session::Create(*model::SerializeOnnx(Doubling(ElementType::kInt64)), {});
  ASSERT_TRUE(session.ok()) << session.status().message();
  ASSERT_EQ(session->inputs().size(), 1U);
  EXPECT_EQ(session->inputs()[0].dims, Shape{2});
  EXPECT_EQ(session->outputs()[0].type, ElementType::kInt64);
  const std::vector<std::int64_t> values = {20, -1};
  const std::map<std::string, Tensor> inputs = {{"x", Tensor::FromInt64s({2}, values)}};
  const std::vector<std::string> names = {"y"};
  auto outputs = session->Run(Views(inputs), names);
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  ASSERT_TRUE((*outputs)[0].unreadable().empty());
  EXPECT_EQ(*ToFloats((*outputs)[0].view()), (std::vector<float>{40, -2}));
}

TEST(Session, AForeignFileIsAFailureNotACrash) {
  EXPECT_FALSE(Session::Create("no model at all", {}).ok());
  EXPECT_FALSE(Session::Create("", {}).ok());
}

TEST(Session, AnOperatorThatNobodyKnowsIsNamed) {
  model::Graph graph = Doubling(ElementType::kFloat32);
  graph.nodes[0].op_type = "Frobnicate";
  const auto session = Session::Create(*model::SerializeOnnx(graph), {});
  ASSERT_FALSE(session.ok());
  EXPECT_THAT(session.status().message(), HasSubstr("Frobnicate"));
}

TEST(Session, AMissingInputIsAFailure) {
  auto session = Session::Create(*model::SerializeOnnx(Doubling(ElementType::kFloat32)), {});
  ASSERT_TRUE(session.ok());
  const std::vector<std::string> names = {"y"};
  EXPECT_FALSE(session->Run({}, names).ok());
}

}  // namespace
}  // namespace acc::ort

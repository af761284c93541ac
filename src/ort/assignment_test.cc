// SPDX-License-Identifier: BSD-3-Clause
#include "ort/assignment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/onnx/onnx_format.h"
#include "ort/library.h"

namespace acc::ort {
namespace {

using ::testing::HasSubstr;

// y = -(x + x)
model::Graph TwoNodes() {
  model::Graph graph;
  graph.name = "two";
  graph.opsets[""] = 14;
  graph.inputs = {{.name = "x", .type = ElementType::kFloat32, .dims = {2}}};
  graph.outputs = {{.name = "y", .type = ElementType::kFloat32, .dims = {2}}};
  model::Node add;
  add.name = "double";
  add.op_type = "Add";
  add.inputs = {"x", "x"};
  add.outputs = {"d"};
  model::Node neg;
  neg.name = "negate";
  neg.op_type = "Neg";
  neg.inputs = {"d"};
  neg.outputs = {"y"};
  graph.nodes = {add, neg};
  return graph;
}

TEST(Assignment, NamesEveryNodeWithItsProvider) {
  std::vector<AssignedNode> nodes;
  SessionConfig config;
  config.assigned = [&](std::vector<AssignedNode> assigned) {
    nodes = std::move(assigned);
    return OkStatus();
  };
  ASSERT_TRUE(Session::Create(*model::SerializeOnnx(TwoNodes()), config).ok());
  ASSERT_EQ(nodes.size(), 2U);
  for (const AssignedNode& node : nodes) EXPECT_EQ(node.provider, "CPUExecutionProvider");
  EXPECT_EQ(nodes[0].node, "double");
  EXPECT_EQ(nodes[0].op_type, "Add");
  EXPECT_EQ(nodes[1].node, "negate");
  EXPECT_EQ(nodes[1].op_type, "Neg");
}

TEST(Assignment, ARefusalOfItEndsTheSession) {
  SessionConfig config;
  config.assigned = [](const std::vector<AssignedNode>&) { return Failure("not there"); };
  const auto session = Session::Create(*model::SerializeOnnx(TwoNodes()), config);
  ASSERT_FALSE(session.ok());
  EXPECT_THAT(session.status().message(), HasSubstr("not there"));
}

TEST(Assignment, AVersionThatDoesNotExistHasNoTable) {
  ASSERT_TRUE(LoadOnnxRuntime().ok());
  EXPECT_TRUE(TellsAssignment());
  EXPECT_EQ(FunctionTable(9999), nullptr);
}

}  // namespace
}  // namespace acc::ort

// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/placement.h"

#include <gtest/gtest.h>

namespace acc::target {
namespace {

TEST(PlacementLog, ListsNodesOnTheCpuWithTheirReason) {
  PlacementLog log;
  log.Read(
      "Validation FAILED for 2 nodes in OrtNodeUnit (BatchNormalization) :\n"
      "\tOperator type: DequantizeLinear Node name: x_dq Node index: 11\n"
      "\tOperator type: BatchNormalization Node name: bn.2 Node index: 12\n"
      "\tREASON : QNN Batchnorm unsupported datatype on HTP.\n");
  log.Read("Node placements");
  log.Read(" Node(s) placed on [QNNExecutionProvider]. Number of nodes: 1");
  log.Read("  QNNExecutionProvider_1_0 (QNNExecutionProvider_QNNExecutionProvider_1_0_0)");
  log.Read(" Node(s) placed on [CPUExecutionProvider]. Number of nodes: 3");
  log.Read("  DequantizeLinear (x_dq)");
  log.Read("  BatchNormalization (bn.2)");
  log.Read("  Erf (erf (odd))");
  log.Read("Something else (entirely)");
  const auto nodes = log.NodesNotTaken();
  ASSERT_EQ(nodes.size(), 2U);
  EXPECT_EQ(nodes[0].node, "bn.2");
  EXPECT_EQ(nodes[0].op_type, "BatchNormalization");
  EXPECT_EQ(nodes[0].reason, "QNN Batchnorm unsupported datatype on HTP.");
  EXPECT_EQ(nodes[1].node, "erf (odd)");
  EXPECT_EQ(nodes[1].reason, "");
}

TEST(PlacementLog, NothingOnTheCpuIsAnEmptyList) {
  PlacementLog log;
  log.Read("Node placements");
  log.Read(" All nodes placed on [QNNExecutionProvider]. Number of nodes: 1");
  log.Read("  Conv (conv1)");
  EXPECT_TRUE(log.NodesNotTaken().empty());
}

}  // namespace
}  // namespace acc::target

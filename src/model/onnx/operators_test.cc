// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/operators.h"

#include <gtest/gtest.h>

namespace acc::model {
namespace {

TEST(Operators, RowsAreFoundByTheirName) {
  for (const OperatorInfo& row : Operators()) {
    EXPECT_EQ(&FindOperator(row.op_type), &row) << row.op_type;
  }
}

TEST(Operators, RowsSayWhatGoesTogether) {
  for (const OperatorInfo& row : Operators()) {
    EXPECT_EQ(row.roles.plain & row.roles.weights, 0U) << row.op_type;
    EXPECT_EQ(row.roles.plain & row.roles.bias, 0U) << row.op_type;
    EXPECT_EQ(row.roles.weights & row.roles.bias, 0U) << row.op_type;
    if (row.fixed) {
      EXPECT_EQ(row.range, OutputRange::kOwn) << row.op_type;
      EXPECT_LT(row.fixed->min, row.fixed->max) << row.op_type;
    }
  }
}

TEST(Operators, AnUnknownOneComputes) {
  const OperatorInfo& unknown = FindOperator("NobodyKnowsThis");
  EXPECT_EQ(unknown.axes, AxisUse::kOther);
  EXPECT_EQ(unknown.range, OutputRange::kOwn);
  EXPECT_EQ(unknown.RoleOf(3), InputRole::kData);
  EXPECT_EQ(unknown.least_inputs, 0U);
  EXPECT_FALSE(unknown.fixed);
}

TEST(Operators, NothingIsKnownOfAnotherDomainsWhateverTheirNames) {
  Node node{.name = "n", .op_type = "Softmax", .domain = ""};
  EXPECT_EQ(FindOperator(node).axes, AxisUse::kOneAxis);
  node.domain = "com.microsoft";
  EXPECT_EQ(FindOperator(node).axes, AxisUse::kOneAxis);
  node.domain = "somebody";
  EXPECT_EQ(FindOperator(node).axes, AxisUse::kOther);
  EXPECT_FALSE(FindOperator(node).fixed);
}

TEST(Operators, RolesOfInputsBeyondTheBitsAreThatOfTheLast) {
  EXPECT_EQ(FindOperator("Reshape").RoleOf(0), InputRole::kData);
  EXPECT_EQ(FindOperator("Reshape").RoleOf(1), InputRole::kPlain);
  EXPECT_EQ(FindOperator("Reshape").RoleOf(1000), InputRole::kPlain);
  EXPECT_EQ(FindOperator("Concat").RoleOf(1000), InputRole::kData);
}

}  // namespace
}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/discrete_tensor.h"

#include <gtest/gtest.h>

#include <string>

namespace acc::features {
namespace {

match::Pair PairOf(ElementType golden, ElementType target, const std::string& op_type) {
  match::Pair pair;
  pair.golden.type = golden;
  pair.target.type = target;
  pair.target.op_type = op_type;
  return pair;
}

TEST(DiscreteTensorTest, TypesOfNamesAreDiscrete) {
  using enum ElementType;
  for (const ElementType type : {kBool, kInt32, kUint32, kInt64, kUint64}) {
    EXPECT_TRUE(IsDiscrete(PairOf(type, kFloat32, "Cast"))) << Name(type);
    EXPECT_TRUE(IsDiscrete(PairOf(kFloat32, type, "Cast"))) << Name(type);
  }
  for (const ElementType type : {kFloat32, kFloat64, kFloat16, kInt8, kUint8, kInt16, kUint16}) {
    EXPECT_FALSE(IsDiscrete(PairOf(type, type, "Cast"))) << Name(type);
  }
}

TEST(DiscreteTensorTest, OperatorsDecideWhereTypesDoNot) {
  using enum ElementType;
  for (const char* op_type : {"ArgMax", "ARG_MAX", "Argmin", "NonMaxSuppression"}) {
    EXPECT_TRUE(IsDiscrete(PairOf(kFloat32, kFloat32, op_type))) << op_type;
  }
  EXPECT_FALSE(IsDiscrete(PairOf(kFloat32, kFloat32, "Conv")));
  EXPECT_FALSE(IsDiscrete(PairOf(kInt32, kInt32, "MatMulInteger")));
  EXPECT_FALSE(IsDiscrete(PairOf(kInt32, kInt32, "ConvInteger")));
  EXPECT_TRUE(IsDiscrete(PairOf(kUint8, kUint8, "DynamicQuantizeLinear")));
  EXPECT_FALSE(IsDiscrete(PairOf(kFloat32, kFloat32, "DynamicQuantizeLinear"))) << "the scale";
}

TEST(DiscreteTensorTest, IndicesStayIndicesWhenCastAndMoved) {
  store::GraphStruct graph;
  const auto add = [&](const char* type, std::vector<std::string> inputs, const char* output) {
    graph.nodes.push_back({.name = output, .type = type, .inputs = std::move(inputs)});
    graph.nodes.back().outputs.push_back({.name = output});
  };
  add("Conv", {"x"}, "c");
  add("Reshape", {"c", "ids"}, "moved");
  add("ArgMax", {"moved"}, "ids");
  add("Cast", {"ids"}, "classes");
  add("Reshape", {"classes", "shape"}, "y");
  add("Gather", {"table", "ids"}, "embedded");
  add("Cast", {"c"}, "real");
  EXPECT_EQ(TensorsOfIndices(graph), (std::set<std::string>{"ids", "classes", "y"}));
}

}  // namespace
}  // namespace acc::features

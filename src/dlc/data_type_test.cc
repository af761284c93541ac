// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dlc/model.h"

namespace acc::dlc {
namespace {

using ::testing::IsNull;

TEST(DataTypeTest, HasQnnsNameAndTheTypeItIsStoredAs) {
  const struct {
    DataType type;
    std::string_view name;
    ElementType stored;
    bool fixed;
    bool is_signed;
  } rows[] = {
      {DataType::kInt8, "int8", ElementType::kInt8, false, true},
      {DataType::kUint64, "uint64", ElementType::kUint64, false, false},
      {DataType::kFloat16, "float16", ElementType::kFloat16, false, true},
      {DataType::kSfixed4, "sfixed4", ElementType::kInt4, true, true},
      {DataType::kSfixed8, "sfixed8", ElementType::kInt8, true, true},
      {DataType::kUfixed16, "ufixed16", ElementType::kUint16, true, false},
      {DataType::kUfixed32, "ufixed32", ElementType::kUint32, true, false},
      {DataType::kBool8, "bool8", ElementType::kBool, false, false},
      {DataType::kString, "string", ElementType::kUndefined, false, false},
      {DataType::kUndefined, "undefined", ElementType::kUndefined, false, false},
      {static_cast<DataType>(0x0701), "0x0701", ElementType::kUndefined, false, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Name(row.type), row.name);
    EXPECT_EQ(StoredType(row.type), row.stored) << row.name;
    EXPECT_EQ(IsFixedPoint(row.type), row.fixed) << row.name;
    EXPECT_EQ(IsSigned(row.type), row.is_signed) << row.name;
  }
}

TEST(DataTypeTest, OfUnquantizedElements) {
  for (const DataType type : {DataType::kInt8, DataType::kUint8, DataType::kInt64,
                              DataType::kFloat16, DataType::kFloat64, DataType::kBool8}) {
    EXPECT_EQ(DataTypeOf(StoredType(type)), type) << Name(type);
  }
  for (const ElementType lacking : {ElementType::kBfloat16, ElementType::kInt4,
                                    ElementType::kString, ElementType::kUndefined}) {
    EXPECT_EQ(DataTypeOf(lacking), DataType::kUndefined) << Name(lacking);
  }
}

TEST(NodeTest, FindsAnAttributeByName) {
  const Node node = {
      .name = "pool",
      .type = "Pool",
      .attributes = {{"rounding_mode", std::uint32_t{1}}, {"axis", std::int32_t{-1}}}};
  ASSERT_NE(node.Find("axis"), nullptr);
  EXPECT_EQ(std::get<std::int32_t>(node.Find("axis")->value), -1);
  EXPECT_THAT(node.Find("axes"), IsNull());
}

}  // namespace
}  // namespace acc::dlc

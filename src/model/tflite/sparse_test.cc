// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/sparse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace acc::model::tflite {
namespace {

namespace schema = ::tflite;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<schema::DimensionMetadataT> Dense(int size) {
  auto level = std::make_unique<schema::DimensionMetadataT>();
  level->format = schema::DimensionType_DENSE;
  level->dense_size = size;
  return level;
}

std::unique_ptr<schema::DimensionMetadataT> Compressed(std::vector<std::uint8_t> segments,
                                                       std::vector<std::uint8_t> indices) {
  auto level = std::make_unique<schema::DimensionMetadataT>();
  level->format = schema::DimensionType_SPARSE_CSR;
  schema::Uint8VectorT vector;
  vector.values = std::move(segments);
  level->array_segments.Set(vector);
  vector.values = std::move(indices);
  level->array_indices.Set(vector);
  return level;
}

Result<std::vector<float>> Densify(const schema::SparsityParametersT& sparsity, const Shape& dims,
                                   const std::vector<float>& values) {
  ::flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::SparsityParameters::Pack(builder, &sparsity));
  const auto* packed =
      ::flatbuffers::GetRoot<schema::SparsityParameters>(builder.GetBufferPointer());
  ACC_ASSIGN_OR_RETURN(const Tensor dense, Densified(*packed, ElementType::kFloat32, dims,
                                                     std::as_bytes(std::span(values))));
  return ToFloats(dense.view());
}

// [[0, 1, 0], [2, 0, 3]]
schema::SparsityParametersT Rows() {
  schema::SparsityParametersT sparsity;
  sparsity.traversal_order = {0, 1};
  sparsity.dim_metadata.push_back(Dense(2));
  sparsity.dim_metadata.push_back(Compressed({0, 1, 3}, {1, 0, 2}));
  return sparsity;
}

TEST(Densified, PutsValuesWhereTheRowsSay) {
  const auto dense = Densify(Rows(), {2, 3}, {1, 2, 3});
  ASSERT_TRUE(dense.ok()) << dense.status().message();
  EXPECT_THAT(*dense, ElementsAre(0, 1, 0, 2, 0, 3));
}

// Blocks of 2 rows: the block of columns [1] holds 5 over 6.
TEST(Densified, ReadsBlocks) {
  schema::SparsityParametersT sparsity;
  sparsity.traversal_order = {0, 1, 2};
  sparsity.block_map = {0};
  sparsity.dim_metadata.push_back(Dense(1));
  sparsity.dim_metadata.push_back(Compressed({0, 1}, {1}));
  sparsity.dim_metadata.push_back(Dense(2));
  const auto dense = Densify(sparsity, {2, 3}, {5, 6});
  ASSERT_TRUE(dense.ok()) << dense.status().message();
  EXPECT_THAT(*dense, ElementsAre(0, 5, 0, 0, 6, 0));
}

TEST(Densified, RefusesWhatContradictsItself) {
  const auto error = [](const schema::SparsityParametersT& sparsity, const Shape& dims,
                        const std::vector<float>& values) {
    return Densify(sparsity, dims, values).status().message();
  };
  EXPECT_THAT(error(Rows(), {2, 3}, {1, 2}), HasSubstr("fewer values"));
  EXPECT_THAT(error(Rows(), {3, 3}, {1, 2, 3}), HasSubstr("2 places where the dims have 3"));
  EXPECT_THAT(error(Rows(), {2, 2}, {1, 2, 3}), HasSubstr("do not fit their indices"));
  EXPECT_THAT(error(Rows(), {1 << 20, 1 << 20}, {1}), HasSubstr("cannot be made"));
  auto twice = Rows();
  twice.traversal_order = {0, 0};
  EXPECT_THAT(error(twice, {2, 3}, {1, 2, 3}), HasSubstr("no permutation"));
  auto blocks = Rows();
  blocks.block_map = {0, 0};
  blocks.traversal_order = {0, 1, 2, 3};
  blocks.dim_metadata.push_back(Dense(1));
  blocks.dim_metadata.push_back(Dense(1));
  EXPECT_THAT(error(blocks, {2, 3}, {1, 2, 3}), HasSubstr("along one dim each"));
}

}  // namespace
}  // namespace acc::model::tflite

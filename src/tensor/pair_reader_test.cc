// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/pair_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/files.h"
#include "base/scratch_folder_testing.h"
#include "base/threads.h"
#include "tensor/transpose.h"

namespace acc {
namespace {

// Element by element, with an index vector.
std::vector<float> PermuteSlowly(const std::vector<float>& source, const Shape& source_dims,
                                 const Permutation& permutation) {
  const Shape dims = Permute(source_dims, permutation);
  std::vector<float> result(source.size());
  for (std::size_t flat = 0; flat < result.size(); ++flat) {
    std::vector<std::int64_t> at(dims.size());
    std::size_t rest = flat;
    for (std::size_t axis = dims.size(); axis-- > 0;) {
      at[static_cast<std::size_t>(permutation[axis])] =
          static_cast<std::int64_t>(rest) % dims[axis];
      rest /= static_cast<std::size_t>(dims[axis]);
    }
    std::int64_t from = 0;
    for (std::size_t axis = 0; axis < dims.size(); ++axis) {
      from = from * source_dims[axis] + at[axis];
    }
    result[flat] = source[static_cast<std::size_t>(from)];
  }
  return result;
}

std::vector<float> Counting(std::size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

std::filesystem::path WriteFloats(const ScratchFolder& folder, std::span<const float> values) {
  EXPECT_TRUE(WriteFile(folder / "a.raw", std::as_bytes(values)).ok());
  return folder / "a.raw";
}

std::vector<float> ReadInOrder(const Shape& source_dims, const Permutation& permutation) {
  const ScratchFolder folder;
  const std::vector<float> source = Counting(*ElementCount(source_dims));
  PairSource files;
  files.golden = files.target = WriteFloats(folder, source);
  files.dims = Permute(source_dims, permutation);
  files.golden_to_target = permutation;
  Result<PairReader> reader = PairReader::Open(files);
  EXPECT_TRUE(reader.ok()) << reader.status().message();
  PairBuffers buffers;
  std::vector<float> golden;
  std::vector<float> target;
  const Status status =
      reader->ForEachChunk(0, source.size(), buffers,
                           [&](std::uint64_t first, std::span<const float> golden_part,
                               std::span<const float> target_part) {
                             EXPECT_EQ(first, golden.size());
                             EXPECT_LE(golden_part.size(), kChunkElements);
                             golden.insert(golden.end(), golden_part.begin(), golden_part.end());
                             target.insert(target.end(), target_part.begin(), target_part.end());
                           });
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(target, source);
  return golden;
}

// The status of reading a golden tensor of 300x50x70 elements whose file shrinks after it was
// opened.
Status ReadOfShrunkFile(const Permutation& permutation, std::uintmax_t bytes) {
  const ScratchFolder folder;
  PairSource files;
  const Shape dims = {300, 50, 70};
  files.golden = WriteFloats(folder, Counting(*ElementCount(dims)));
  files.target = folder / "target.raw";
  std::filesystem::copy_file(files.golden, files.target);
  files.dims = Permute(dims, permutation);
  files.golden_to_target = permutation;
  const Result<PairReader> reader = PairReader::Open(files);
  EXPECT_TRUE(reader.ok());
  std::filesystem::resize_file(files.golden, bytes);
  PairBuffers buffers;
  return reader->ForEachChunk(0, *ElementCount(dims), buffers, [](auto, auto, auto) {});
}

TEST(PairReaderTest, AGoldenFileThatShrinksIsAFailureInEveryOrder) {
  for (const Permutation& permutation : {Permutation{}, {1, 2, 0}, {2, 1, 0}, {1, 0, 2}}) {
    for (const std::uintmax_t bytes : {std::uintmax_t{0}, std::uintmax_t{4096}}) {
      EXPECT_THAT(ReadOfShrunkFile(permutation, bytes).message(),
                  testing::HasSubstr("became shorter"));
    }
    EXPECT_TRUE(ReadOfShrunkFile(permutation, 300 * 50 * 70 * 4).ok());
  }
}

class EveryOrder : public testing::TestWithParam<std::pair<Shape, Permutation>> {};

TEST_P(EveryOrder, AgreesWithAnIndexVector) {
  const auto& [dims, permutation] = GetParam();
  const std::vector<float> expected =
      PermuteSlowly(Counting(*ElementCount(dims)), dims, permutation);
  EXPECT_EQ(ReadInOrder(dims, permutation), expected);
}

TEST_P(EveryOrder, DoesNotDependOnTheBand) {
  const auto& [dims, permutation] = GetParam();
  const std::size_t threads = ThreadCount();
  const std::vector<float> expected = ReadInOrder(dims, permutation);
  SetThreadCount(1000);  // Bands of one chunk.
  EXPECT_EQ(ReadInOrder(dims, permutation), expected);
  SetThreadCount(threads);
}

INSTANTIATE_TEST_SUITE_P(
    Orders, EveryOrder,
    testing::Values(std::pair<Shape, Permutation>{{5}, {0}},
                    std::pair<Shape, Permutation>{{2, 3}, {0, 1}},
                    std::pair<Shape, Permutation>{{2, 3}, {1, 0}},
                    std::pair<Shape, Permutation>{{1, 3, 5, 7}, {0, 2, 3, 1}},
                    std::pair<Shape, Permutation>{{2, 17, 9, 11}, {0, 2, 3, 1}},
                    std::pair<Shape, Permutation>{{2, 9, 11, 17}, {0, 3, 1, 2}},
                    std::pair<Shape, Permutation>{{2, 3, 4, 5, 6}, {0, 2, 3, 4, 1}},
                    std::pair<Shape, Permutation>{{1, 7, 1, 1}, {0, 2, 3, 1}},
                    std::pair<Shape, Permutation>{{2, 3, 4}, {2, 1, 0}},
                    std::pair<Shape, Permutation>{{3, 4, 5, 2}, {1, 3, 0, 2}},
                    // More than a band, lines shorter and longer than a chunk.
                    std::pair<Shape, Permutation>{{3, 61, 64, 131}, {0, 2, 3, 1}},
                    std::pair<Shape, Permutation>{{1, 90001, 3, 5}, {0, 2, 3, 1}},
                    std::pair<Shape, Permutation>{{70, 80, 90, 3}, {3, 1, 0, 2}},
                    // More between two neighbours than the reader of scattered elements can hold.
                    std::pair<Shape, Permutation>{{2, 300, 400, 5}, {3, 2, 1, 0}},
                    std::pair<Shape, Permutation>{{257, 3, 600, 3}, {3, 2, 1, 0}}));

TEST(GoldenOrderTest, ChannelLastIsATransposition) {
  const GoldenOrder order = OrderOf({1, 20, 30, 16}, {0, 2, 3, 1});
  EXPECT_EQ(order.kind, GoldenOrder::Kind::kTransposed);
  EXPECT_EQ(order.rows, 16U);
  EXPECT_EQ(order.columns, 600U);
}

TEST(GoldenOrderTest, AxesOfOneElementDoNotMatter) {
  EXPECT_EQ(OrderOf({1, 1, 1, 16}, {0, 2, 3, 1}).kind, GoldenOrder::Kind::kSame);
}

TEST(TransposeTest, MovesEveryElement) {
  for (std::size_t rows = 1; rows < 20; ++rows) {
    for (std::size_t columns = 1; columns < 40; ++columns) {
      const std::vector<float> from = Counting(rows * columns);
      std::vector<float> to(from.size(), -1);
      Transpose(from.data(), rows, columns, to.data());
      for (std::size_t index = 0; index < from.size(); ++index) {
        ASSERT_EQ(to[index % columns * rows + index / columns], from[index]);
      }
    }
  }
}

TEST(RawFileTest, RefusesWhatHoldsNoFloats) {
  const ScratchFolder folder;
  EXPECT_THAT(RawFile::Open(folder.path() / "missing.raw").status().message(),
              testing::HasSubstr("No such file"));
  EXPECT_THAT(RawFile::Open(folder.path()).status().message(),
              testing::HasSubstr("not a regular file"));
  ASSERT_TRUE(WriteFile(folder.path() / "odd.raw", "12345").ok());
  EXPECT_THAT(RawFile::Open(folder.path() / "odd.raw").status().message(),
              testing::HasSubstr("no multiple of 4"));
}

template <typename Stored>
std::vector<float> ReadAs(const std::vector<Stored>& stored, RawFormat format) {
  const ScratchFolder folder;
  EXPECT_TRUE(WriteFile(folder / "a.raw", std::as_bytes(std::span(stored))).ok());
  const Result<RawFile> file = RawFile::Open(folder / "a.raw", format);
  EXPECT_EQ(file->count(), stored.size());
  std::vector<float> values(stored.size() - 1);
  EXPECT_TRUE(file->Read(1, values).ok());
  return values;
}

TEST(RawFileTest, ReadsIntegersAsReals) {
  using testing::ElementsAre;
  EXPECT_THAT(ReadAs<std::int8_t>({7, -128, 127}, {ElementType::kInt8}), ElementsAre(-128, 127));
  EXPECT_THAT(ReadAs<std::uint8_t>({7, 0, 255}, {ElementType::kUint8, 0.5, -10}),
              ElementsAre(-5, 122.5F));
  EXPECT_THAT(ReadAs<std::int16_t>({7, -32768, 32767}, {ElementType::kInt16}),
              ElementsAre(-32768, 32767));
  EXPECT_THAT(ReadAs<std::uint16_t>({7, 0, 65535, 3}, {ElementType::kUint16, 2, 1}),
              ElementsAre(2, 131072, 8));
}

TEST(RawFileTest, RefusesHalfAnInteger) {
  const ScratchFolder folder;
  ASSERT_TRUE(WriteFile(folder / "odd.raw", "123").ok());
  EXPECT_THAT(RawFile::Open(folder / "odd.raw", {ElementType::kUint16}).status().message(),
              testing::HasSubstr("no multiple of 2; uint16 values are expected"));
}

TEST(RawFileTest, NoticesAFileThatBecameShorter) {
  const ScratchFolder folder;
  const Result<RawFile> file = RawFile::Open(WriteFloats(folder, Counting(10)));
  ASSERT_TRUE(file.ok());
  std::filesystem::resize_file(folder.path() / "a.raw", 20);
  std::vector<float> values(10);
  EXPECT_THAT(file->Read(0, values).message(), testing::HasSubstr("became shorter"));
}

}  // namespace
}  // namespace acc

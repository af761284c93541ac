// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <random>

namespace acc {
namespace {

using Bytes = std::vector<std::byte>;
using ::testing::HasSubstr;

Bytes RandomBytes(std::size_t count, std::mt19937& random) {
  Bytes bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

// Element by element, with the index written out.
Bytes PermuteSlowly(const Bytes& source, const Shape& dims, const Permutation& permutation,
                    std::size_t element_bytes) {
  const std::size_t rank = dims.size();
  const Shape permuted = Permute(dims, permutation);
  Bytes destination(source.size());
  for (std::size_t to = 0; to < source.size() / element_bytes; ++to) {
    std::vector<std::size_t> index(rank);
    std::size_t rest = to;
    for (std::size_t axis = rank; axis-- > 0;) {
      const auto length = static_cast<std::size_t>(permuted[axis]);
      index[static_cast<std::size_t>(permutation[axis])] = rest % length;
      rest /= length;
    }
    std::size_t from = 0;
    for (std::size_t axis = 0; axis < rank; ++axis) {
      from = from * static_cast<std::size_t>(dims[axis]) + index[axis];
    }
    std::memcpy(&destination[to * element_bytes], &source[from * element_bytes], element_bytes);
  }
  return destination;
}

void ExpectPermuted(const Shape& dims, const Permutation& permutation, std::size_t element_bytes,
                    std::mt19937& random) {
  std::size_t count = element_bytes;
  for (const std::int64_t dim : dims) count *= static_cast<std::size_t>(dim);
  const Bytes source = RandomBytes(count, random);
  Bytes destination(count);
  ASSERT_TRUE(PermuteElements(source, dims, permutation, element_bytes, destination).ok());
  ASSERT_EQ(destination, PermuteSlowly(source, dims, permutation, element_bytes))
      << ToText(dims) << " " << ::testing::PrintToString(permutation) << " " << element_bytes;
}

TEST(LayoutTest, AllPermutationsOfSmallTensors) {
  std::mt19937 random(1);
  for (const Shape& dims : {Shape{}, Shape{5}, Shape{3, 4}, Shape{2, 3, 4}, Shape{2, 1, 3, 4},
                            Shape{1, 2, 3, 1, 4}, Shape{2, 2, 2, 3, 1, 2}, Shape{3, 0, 2}}) {
    Permutation permutation(dims.size());
    std::iota(permutation.begin(), permutation.end(), 0);
    do {
      for (const std::size_t bytes : {1U, 2U, 4U, 8U, 16U}) {
        ExpectPermuted(dims, permutation, bytes, random);
      }
    } while (std::next_permutation(permutation.begin(), permutation.end()));
  }
}

TEST(LayoutTest, RandomPermutationsUpToRankEight) {
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    const std::size_t rank = 1 + random() % 8;
    Shape dims(rank);
    for (std::int64_t& dim : dims) dim = 1 + static_cast<std::int64_t>(random() % 4);
    dims[random() % rank] = 1 + static_cast<std::int64_t>(random() % 70);  // Beyond one block.
    Permutation permutation(rank);
    std::iota(permutation.begin(), permutation.end(), 0);
    std::shuffle(permutation.begin(), permutation.end(), random);
    ExpectPermuted(dims, permutation, 4, random);
  }
}

TEST(LayoutTest, ChannelLastOfTensorsLargerThanABlock) {
  std::mt19937 random(3);
  ExpectPermuted({2, 67, 33, 41}, {0, 2, 3, 1}, 4, random);
  ExpectPermuted({2, 33, 41, 67}, {0, 3, 1, 2}, 4, random);
  ExpectPermuted({3, 100, 65}, {0, 2, 1}, 2, random);
}

TEST(LayoutTest, RefusesWhatDoesNotFit) {
  Bytes six(6);
  Bytes five(5);
  const auto message = [](const Status& status) { return status.message(); };
  EXPECT_THAT(message(PermuteElements(six, {2, 3}, {1, 0}, 1, five)), HasSubstr("2x3"));
  EXPECT_THAT(message(PermuteElements(five, {2, 3}, {1, 0}, 1, five)), HasSubstr("2x3"));
  EXPECT_THAT(message(PermuteElements(six, {2, -1}, {1, 0}, 1, six)), HasSubstr("2x?"));
  EXPECT_THAT(message(PermuteElements(six, {2, 3}, {0, 0}, 1, six)), HasSubstr("0,0"));
  EXPECT_THAT(message(PermuteElements(six, {2, 3}, {0, 2}, 1, six)), HasSubstr("0,2"));
  EXPECT_THAT(message(PermuteElements(six, {2, 3}, {0}, 1, six)), HasSubstr("order"));
  EXPECT_THAT(message(PermuteElements(six, {2, 1}, {1, 0}, 3, six)), HasSubstr("3 bytes"));
}

TEST(LayoutTest, FromSource) {
  EXPECT_EQ(FromSource(AxisOrder::kChannelLast, 3), (Permutation{0, 2, 1}));
  EXPECT_EQ(FromSource(AxisOrder::kChannelLast, 4), (Permutation{0, 2, 3, 1}));
  EXPECT_EQ(FromSource(AxisOrder::kChannelLast, 5), (Permutation{0, 2, 3, 4, 1}));
  for (const std::size_t rank : {0U, 1U, 2U, 6U}) {
    EXPECT_TRUE(IsIdentity(FromSource(AxisOrder::kChannelLast, rank)));
    EXPECT_TRUE(IsIdentity(FromSource(AxisOrder::kSource, rank)));
  }
}

TEST(LayoutTest, BetweenGoesByWayOfTheSource) {
  using enum AxisOrder;
  EXPECT_EQ(Between(kSource, kChannelLast, 4), FromSource(kChannelLast, 4));
  EXPECT_EQ(Between(kChannelLast, kSource, 4), (Permutation{0, 3, 1, 2}));
  EXPECT_TRUE(IsIdentity(Between(kChannelLast, kChannelLast, 4)));
}

TEST(LayoutTest, ChannelFirstIsTheWayBackOfAChannelLastSource) {
  EXPECT_EQ(FromSource(AxisOrder::kChannelFirst, 4), (Permutation{0, 3, 1, 2}));
  for (std::size_t rank = 3; rank <= 5; ++rank) {
    EXPECT_EQ(FromSource(AxisOrder::kChannelFirst, rank),
              Inverse(FromSource(AxisOrder::kChannelLast, rank)));
  }
  EXPECT_TRUE(IsIdentity(FromSource(AxisOrder::kChannelFirst, 2)));
  EXPECT_EQ(Between(AxisOrder::kChannelFirst, AxisOrder::kSource, 4),
            FromSource(AxisOrder::kChannelLast, 4));
}

TEST(LayoutTest, InverseUndoesPermute) {
  const Shape dims = {1, 3, 32, 64};
  const Permutation permutation = FromSource(AxisOrder::kChannelLast, 4);
  EXPECT_EQ(Permute(dims, permutation), (Shape{1, 32, 64, 3}));
  EXPECT_EQ(Permute(Permute(dims, permutation), Inverse(permutation)), dims);
  EXPECT_EQ(Inverse(permutation), (Permutation{0, 3, 1, 2}));
}

TEST(LayoutTest, NamesReadBack) {
  for (const std::size_t rank : {3U, 4U, 5U}) {
    EXPECT_EQ(AxisOrderFromName(LayoutName(AxisOrder::kChannelLast, rank)),
              AxisOrder::kChannelLast);
    EXPECT_EQ(AxisOrderFromName(LayoutName(AxisOrder::kSource, rank)), AxisOrder::kSource);
  }
  EXPECT_EQ(LayoutName(AxisOrder::kChannelLast, 4), "NHWC");
  EXPECT_EQ(LayoutName(AxisOrder::kChannelLast, 2), "NONTRIVIAL");
  EXPECT_EQ(AxisOrderFromName("nchw"), AxisOrder::kSource);
  EXPECT_EQ(AxisOrderFromName("NWHC"), std::nullopt);
}

}  // namespace
}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/wide_pair.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/scratch_folder_testing.h"

namespace acc {
namespace {

TEST(WideValueTest, HoldsEveryIntegerOf64Bits) {
  using Int = std::numeric_limits<std::int64_t>;
  using Uint = std::numeric_limits<std::uint64_t>;
  // High and low as long doubles, which hold 64 bits, give the integer back.
  for (const std::int64_t value : {Int::min(), Int::min() + 1, Int::max(), Int::max() - 1,
                                   std::int64_t{0}, std::int64_t{-1}, (std::int64_t{1} << 53) + 1,
                                   -(std::int64_t{1} << 53) - 1, std::int64_t{9007199254740993}}) {
    const WideValue wide = WideFromInt(value);
    EXPECT_EQ(static_cast<std::int64_t>(static_cast<long double>(wide.high) + wide.low), value);
  }
  for (const std::uint64_t value :
       {Uint::max(), Uint::max() - 1, std::uint64_t{0}, std::uint64_t{1} << 63,
        (std::uint64_t{1} << 63) + 1, (std::uint64_t{1} << 53) + 1}) {
    const WideValue wide = WideFromUint(value);
    EXPECT_EQ(static_cast<std::uint64_t>(static_cast<long double>(wide.high) + wide.low), value);
  }
}

TEST(WideValueTest, DifferencesOfNeighboursAreOne) {
  for (const std::int64_t value : {std::int64_t{16777216}, std::int64_t{1} << 53,
                                   std::numeric_limits<std::int64_t>::max() - 1}) {
    EXPECT_EQ(Difference(WideFromInt(value + 1), WideFromInt(value)), 1);
    EXPECT_FALSE(WideFromInt(value + 1) == WideFromInt(value));
    EXPECT_EQ(WideFromInt(value), WideFromUint(static_cast<std::uint64_t>(value)));
  }
}

template <typename Element>
WideFile Write(const ScratchFolder& folder, const std::string& name, ElementType type,
               const std::vector<Element>& values) {
  EXPECT_TRUE(WriteFile(folder / name, std::as_bytes(std::span(values))).ok());
  return {folder / name, type};
}

TEST(WidePairTest, ReadsBothSidesInTheTargetsOrder) {
  const ScratchFolder folder;
  // Golden 1x2x3 channel-first, target 1x3x2.
  const WideFile golden =
      Write<std::int64_t>(folder, "g", ElementType::kInt64, {0, 1, 2, 10, 11, 12});
  const WideFile target =
      Write<double>(folder, "t", ElementType::kFloat64, {0, 10, 1, 11, 2, 12.5});
  const auto pair = WidePair::Open(golden, target, {1, 3, 2}, {0, 2, 1});
  ASSERT_TRUE(pair.ok()) << pair.status().message();
  ASSERT_EQ(pair->count(), 6U);
  std::vector<WideValue> golden_values(4);
  std::vector<WideValue> target_values(4);
  pair->Read(2, golden_values, target_values);
  for (std::size_t index = 0; index < 3; ++index) {
    EXPECT_EQ(golden_values[index], target_values[index]) << index;
  }
  EXPECT_EQ(Difference(target_values[3], golden_values[3]), 0.5);
}

TEST(WidePairTest, RefusesFilesThatDoNotPairUp) {
  const ScratchFolder folder;
  const WideFile two = Write<std::int64_t>(folder, "g", ElementType::kInt64, {0, 1});
  const WideFile three = Write<std::int32_t>(folder, "t", ElementType::kInt32, {0, 1, 2});
  EXPECT_FALSE(WidePair::Open(two, three, {}, {}).ok());
  EXPECT_FALSE(WidePair::Open({three.path, ElementType::kInt64}, two, {}, {}).ok()) << "12 bytes";
  EXPECT_FALSE(WidePair::Open({folder / "none", ElementType::kInt64}, two, {}, {}).ok());
}

}  // namespace
}  // namespace acc

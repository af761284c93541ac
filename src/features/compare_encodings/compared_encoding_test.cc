// SPDX-License-Identifier: BSD-3-Clause
#include "features/compare_encodings/compared_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "features/compare_encodings/encoding_costs.h"
#include "features/compare_encodings/encodings_workbook.h"
#include "features/encodings/dlc_testing.h"

namespace acc::features {
namespace {

using quantize::EncodingField;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ComparedEncodingTest : public testing::Test {
 protected:
  void Add(ComparedFile& file, std::string_view name, Section section, TensorEncoding encoding) {
    file.entries.push_back({name, section});
    file.encodings.push_back(&encodings_.emplace_back(std::move(encoding)));
  }

  std::deque<TensorEncoding> encodings_;
  ComparedFile first_;
  ComparedFile second_;
};

// "name status"
std::vector<std::string> Told(const std::vector<ComparedEncoding>& rows) {
  std::vector<std::string> told;
  for (const ComparedEncoding& row : rows) {
    told.push_back(std::string(row.name()) + " " + StatusText(row.status, {"A", "B"}));
  }
  return told;
}

TEST_F(ComparedEncodingTest, TellsTheFourStatuses) {
  Add(first_, "same", Section::kActivation, PerTensor(1, 0));
  Add(first_, "other", Section::kActivation, PerTensor(1, 0));
  Add(first_, "first", Section::kActivation, PerTensor(1, 0));
  Add(second_, "second", Section::kActivation, PerTensor(1, 0));
  Add(second_, "other", Section::kActivation, PerTensor(2, 0));
  Add(second_, "same", Section::kActivation, PerTensor(1, 0));
  const auto rows = CompareFiles(first_, second_, {});
  EXPECT_THAT(Told(rows),
              ElementsAre("same equal", "other differs", "first only in A", "second only in B"));
  EXPECT_EQ(FieldsText(rows[1].difference.differing), "max, scale");
  EXPECT_THAT(rows[2].difference.channels, SizeIs(1));
  EXPECT_EQ(rows[2].difference.channels[0].second, nullptr);
}

TEST_F(ComparedEncodingTest, AModelsFloatTensorsNeedNoTwin) {
  first_.is_model = true;
  Add(first_, "float", Section::kActivation, FloatEncoding(32));
  Add(first_, "half", Section::kActivation, FloatEncoding(16));
  Add(second_, "half", Section::kActivation, FloatEncoding(16));
  Add(second_, "given", Section::kActivation, FloatEncoding(16));
  EXPECT_THAT(Told(CompareFiles(first_, second_, {})),
              ElementsAre("half equal", "given only in B"));
}

TEST_F(ComparedEncodingTest, AnUnknownSectionIsTheFirstFiles) {
  Add(first_, "w", Section::kParam, PerTensor(1, 0));
  Add(second_, "w", Section::kUnknown, PerTensor(1, 0));
  Add(second_, "x", Section::kUnknown, PerTensor(1, 0));
  Add(second_, "y", Section::kUnknown, PerChannel({1, 2}, 0));
  const auto rows = CompareFiles(first_, second_, {});
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].section, Section::kParam);
  EXPECT_EQ(rows[1].section, Section::kActivation);
  EXPECT_EQ(rows[2].section, Section::kParam);
}

TEST_F(ComparedEncodingTest, FieldsThatAnEncodingLacksAreEmpty) {
  const TensorEncoding half = FloatEncoding(16);
  EXPECT_EQ(ValueOf(EncodingField::kDataType, &half, half.channels.data()).text, "float");
  EXPECT_EQ(ValueOf(EncodingField::kBitwidth, &half, half.channels.data()).number, 16);
  for (const auto field : {EncodingField::kMin, EncodingField::kScale, EncodingField::kSymmetric,
                           EncodingField::kChannels, EncodingField::kAxis}) {
    const FieldValue value = ValueOf(field, &half, half.channels.data());
    EXPECT_FALSE(value.number) << Name(field);
    EXPECT_THAT(value.text, IsEmpty()) << Name(field);
  }
  EXPECT_FALSE(ValueOf(EncodingField::kChannels, nullptr, nullptr).number);
  const TensorEncoding two = PerChannel({1, 2}, 3);
  EXPECT_EQ(ValueOf(EncodingField::kChannels, &two, nullptr).number, 2);
  EXPECT_EQ(ValueOf(EncodingField::kAxis, &two, nullptr).number, 3);
  EXPECT_EQ(ValueOf(EncodingField::kOffset, &two, two.channels.data()).number, -128);
  EXPECT_EQ(ValueOf(EncodingField::kSymmetric, &two, two.channels.data()).text, "yes");
}

// Weights of codes 1 and 3 at step 1: 1 and 3. At step 2 they become 0 and 4.
class CostsTest : public ComparedEncodingTest {
 protected:
  std::vector<ComparedEncoding> Filled(const dlc::Tensor& tensor) {
    std::vector<ComparedEncoding> rows = CompareFiles(first_, second_, {});
    EXPECT_TRUE(FillCosts(rows, {{"w", &tensor}}, nullptr).ok());
    return rows;
  }

  dlc::Model model_;
  const dlc::Tensor weight_ =
      With(StaticTensor<std::uint8_t>(model_, "w", dlc::DataType::kUfixed8, {2}, {1, 3}),
           PerTensor(1, 0));
};

TEST_F(CostsTest, OfParamsAreOnTheModelsValues) {
  Add(first_, "w", Section::kParam, PerTensor(1, 0));
  Add(second_, "w", Section::kParam, PerTensor(2, 0));
  const auto rows = Filled(weight_);
  ASSERT_TRUE(rows[0].cost);
  EXPECT_EQ(CostText(rows[0].cost), "6.99 dB");
  EXPECT_THAT(ByCost(rows), ElementsAre(rows.data()));
}

TEST_F(CostsTest, EqualEncodingsAndMissingValuesHaveNone) {
  Add(first_, "w", Section::kParam, PerTensor(1, 0));
  Add(first_, "v", Section::kParam, PerTensor(1, 0));
  Add(second_, "w", Section::kParam, PerTensor(1, 0));
  Add(second_, "v", Section::kParam, PerTensor(2, 0));
  const auto rows = Filled(weight_);
  EXPECT_FALSE(rows[0].cost);
  EXPECT_FALSE(rows[1].cost);
  EXPECT_EQ(CostText(rows[1].cost), "");
}

TEST_F(CostsTest, OtherGridsMayGiveTheSameValues) {
  Add(first_, "w", Section::kParam, PerTensor(1, 0));
  Add(second_, "w", Section::kParam, PerTensor(1, -1));
  EXPECT_EQ(CostText(Filled(weight_)[0].cost), "exact");
}

TEST_F(CostsTest, ChannelsOfAFileOfEncodingsAreTheLastAxisOfThatSize) {
  dlc::Tensor square =
      With(StaticTensor<std::uint8_t>(model_, "w", dlc::DataType::kUfixed8, {2, 2}, {1, 1, 3, 3}),
           PerTensor(1, 0));
  Add(first_, "w", Section::kParam, PerTensor(1, 0));
  Add(second_, "w", Section::kParam, PerChannel({1, 2}, 0));
  const auto rows = Filled(square);
  ASSERT_TRUE(rows[0].cost);
  EXPECT_EQ(rows[0].cost->channels(), 2U);
  EXPECT_NEAR(rows[0].cost->Decibels(1), 10 * std::log10(10.0 / 2.0), 1e-9);
  square.dims = {4};
  EXPECT_FALSE(Filled(square)[0].cost);
}

}  // namespace
}  // namespace acc::features

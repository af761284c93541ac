// SPDX-License-Identifier: BSD-3-Clause
#include "features/source_model/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc::features {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

TEST(ReadInputTensorTest, ReadsThreeOrFourWords) {
  const Result<InputTensor> tensor = ReadInputTensor(Words{"data", "1,3,4,4", "data.raw"});
  ASSERT_TRUE(tensor.ok());
  EXPECT_EQ(tensor->name, "data");
  EXPECT_EQ(tensor->dims, (Shape{1, 3, 4, 4}));
  EXPECT_EQ(tensor->raw_file, "data.raw");
  EXPECT_EQ(tensor->type, ElementType::kFloat32);
  EXPECT_FALSE(tensor->type_given);
  const Result<InputTensor> typed = ReadInputTensor(Words{"ids", "", "ids.raw", "Int64"});
  ASSERT_TRUE(typed.ok());
  EXPECT_TRUE(typed->dims.empty());
  EXPECT_EQ(typed->type, ElementType::kInt64);
  EXPECT_TRUE(typed->type_given);
}

TEST(ReadInputTensorTest, SaysWhatIsWrong) {
  const auto message = [](const Words& words) {
    const Result<InputTensor> tensor = ReadInputTensor(words);
    EXPECT_EQ(tensor.status().code(), StatusCode::kUsage);
    return tensor.status().message();
  };
  EXPECT_THAT(message({"data", "1,3"}), HasSubstr("found 2 words"));
  EXPECT_THAT(message({"", "1", "a.raw"}), HasSubstr("name is empty"));
  EXPECT_THAT(message({"data", "1,-3", "a.raw"}), HasSubstr("'1,-3' are no dimensions of 'data'"));
  EXPECT_THAT(message({"data", "4611686018427387904,4", "a.raw"}), HasSubstr("no dimensions"));
  EXPECT_THAT(message({"data", "1", ""}), HasSubstr("raw file of 'data'"));
  EXPECT_THAT(message({"data", "1", "a.raw", "flot32"}), HasSubstr("Did you mean 'float32'?"));
  EXPECT_THAT(message({"data", "1", "a.raw", "string"}), HasSubstr("no data type"));
}

}  // namespace
}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
#include "model/reader/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace acc::model {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ReaderTest, EveryRowIsFoundInAnyCase) {
  std::set<std::string_view> names;
  for (const ReaderInfo& reader : Readers()) {
    std::string upper(reader.framework);
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const auto found = FindReader(upper);
    ASSERT_TRUE(found.ok()) << found.status().message();
    EXPECT_EQ((*found)->framework, reader.framework);
    EXPECT_TRUE(names.insert(reader.framework).second);
    EXPECT_FALSE(reader.summary.empty());
    EXPECT_FALSE(reader.read("/no/such/file", {}).ok());
    EXPECT_FALSE(reader.outline("/no/such/file", {}).ok());
  }
}

TEST(ReaderTest, UnknownFrameworkIsAUsageErrorWithASuggestion) {
  const Status status = FindReader("onxx").status();
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("'onxx'"), HasSubstr("Did you mean 'onnx'?")));
}

}  // namespace
}  // namespace acc::model

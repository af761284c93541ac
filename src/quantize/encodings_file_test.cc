// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/encodings_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/json.h"
#include "quantize/encoding.h"

namespace acc::quantize {
namespace {

using Encodings = std::map<std::string, TensorEncoding>;

void ExpectEqual(const Encodings& read, const Encodings& written) {
  ASSERT_EQ(read.size(), written.size());
  for (const auto& [name, expected] : written) {
    ASSERT_TRUE(read.contains(name)) << name;
    const TensorEncoding& encoding = read.at(name);
    EXPECT_EQ(encoding.axis, expected.axis) << name;
    EXPECT_EQ(encoding.is_float, expected.is_float) << name;
    ASSERT_EQ(encoding.channels.size(), expected.channels.size()) << name;
    for (std::size_t i = 0; i < expected.channels.size(); ++i) {
      EXPECT_EQ(encoding.channels[i].bitwidth, expected.channels[i].bitwidth) << name;
      EXPECT_EQ(encoding.channels[i].min, expected.channels[i].min) << name;
      EXPECT_EQ(encoding.channels[i].max, expected.channels[i].max) << name;
      EXPECT_EQ(encoding.channels[i].scale, expected.channels[i].scale) << name;
      EXPECT_EQ(encoding.channels[i].offset, expected.channels[i].offset) << name;
      EXPECT_EQ(encoding.channels[i].symmetric, expected.channels[i].symmetric) << name;
    }
  }
}

class EncodingsFileTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  const std::filesystem::path path_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".json");
};

TEST_F(EncodingsFileTest, ReadsBackEqual) {
  Overrides written;
  for (const int bitwidth : {4, 8, 16, 32}) {
    const std::string name = "bits " + std::to_string(bitwidth);
    const std::int64_t middle = Steps(bitwidth) / 2 + 1;
    written.activations[name].channels = {EncodingFromScale(0.1 / 3, -5, bitwidth, false)};
    written.activations[name + " above"].channels = {EncodingFromScale(7e-30, 0, bitwidth, false)};
    written.params[name].channels = {EncodingFromScale(1e6 / 3, -middle, bitwidth, true),
                                     EncodingFromScale(1.0 / 3, -middle, bitwidth, true)};
    written.params[name].axis = 3;
  }
  written.activations["half"].is_float = true;
  written.activations["half"].channels = {{.bitwidth = 16}};
  written.params["one channel"].channels = {EncodingFromScale(1, -128, 8, true)};
  written.params["one channel"].axis = 1;
  ASSERT_TRUE(WriteEncodings(path_, written).ok());
  const Result<Overrides> read = ReadOverrides(path_);
  ASSERT_TRUE(read.ok()) << read.status().message();
  ExpectEqual(read->activations, written.activations);
  ExpectEqual(read->params, written.params);
}

TEST_F(EncodingsFileTest, HasTheFormOfAimet) {
  Overrides written;
  written.activations["/a\xff"].channels = {EncodingFromScale(0.5, -1, 8, false)};
  ASSERT_TRUE(WriteEncodings(path_, written).ok());
  const Result<Json> file = ReadJson(path_);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)["version"], "0.6.1");
  EXPECT_TRUE((*file)["param_encodings"].is_object());
  const Json expected = {{"bitwidth", 8}, {"dtype", "int"}, {"is_symmetric", "False"},
                         {"max", 127.0},  {"min", -0.5},    {"offset", -1},
                         {"scale", 0.5}};
  EXPECT_EQ((*file)["activation_encodings"].front(), Json::array({expected}));
}

}  // namespace
}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
#include "model/file_kind.h"

#include <gmock/gmock.h>

namespace acc::model {
namespace {

using ::testing::HasSubstr;

TEST(FileKindTest, TellsFilesByTheirFirstBytes) {
  const struct {
    std::string content;
    std::string_view what;
  } rows[] = {
      {std::string("\x1c\0\0\0TFL3", 8), "it is a TensorFlow Lite model. Give --framework tflite"},
      {"\x08\x07\x12\x04onnx", "it is an ONNX model. Give --framework onnx"},
      {"\x0a\x05\x0a\x01x\x12", "it is a frozen TensorFlow graph. Give --framework tensorflow"},
      {"\x08\x01\x12\x05", "it is a TensorFlow SavedModel, which has to be converted first. Next"},
      {"PK\x03\x04", "it is a ZIP archive, such as"},
      {std::string(257, 'x') + "ustar", "it is a tar archive. Next"},
      {"{\"a\": 1}", "it is a JSON file. Next"},
      {"<!DOCTYPE html>", "a web page downloaded"},
      {"node {\n}", "a TensorFlow graph in text form"},
      {"", "it is empty. Next"},
  };
  for (const auto& row : rows) EXPECT_THAT(ForeignFile(row.content, "Next"), HasSubstr(row.what));
}

TEST(FileKindTest, KnowsNotAll) {
  for (const char* content : {"words", "P", "\x0a"}) {
    EXPECT_FALSE(KindOf(content)) << content;
    EXPECT_EQ(ForeignFile(content, "Next"), "");
  }
}

}  // namespace
}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/external_data.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace acc::model {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

onnx::TensorProto At(const std::string& location, const std::string& offset = "",
                     const std::string& length = "") {
  onnx::TensorProto tensor;
  const auto add = [&](const std::string& key, const std::string& value) {
    if (value.empty()) return;
    auto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  add("location", location);
  add("offset", offset);
  add("length", length);
  return tensor;
}

// root/secret.bin, root/model/{model.onnx, weights.bin, sub/more.bin}
class ExternalDataTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / fmt::format("external_{}", getpid());
    folder_ = root_ / "model";
    fs::create_directories(folder_ / "sub");
    Write(root_ / "secret.bin", "secret");
    Write(folder_ / "model.onnx", "");
    Write(folder_ / "weights.bin", "0123456789");
    Write(folder_ / "sub/more.bin", "abc");
  }
  void TearDown() override { fs::remove_all(root_); }

  static void Write(const fs::path& path, std::string_view content) {
    ASSERT_TRUE(WriteFile(path, content).ok());
  }

  std::string Read(const onnx::TensorProto& tensor, std::uint64_t size) {
    ExternalData data(model_.empty() ? folder_ / "model.onnx" : model_);
    const auto bytes = data.Read(tensor, size);
    if (!bytes.ok()) return "error: " + bytes.status().message();
    std::string text;
    for (const std::byte byte : *bytes) text += static_cast<char>(byte);
    return text;
  }

  fs::path root_;
  fs::path folder_;
  fs::path model_;
};

TEST_F(ExternalDataTest, ReadsTheRange) {
  EXPECT_EQ(Read(At("weights.bin"), 10), "0123456789");
  EXPECT_EQ(Read(At("weights.bin", "3", "4"), 4), "3456");
  EXPECT_EQ(Read(At("sub/more.bin"), 3), "abc");
  EXPECT_EQ(Read(At("weights.bin", "10"), 0), "");
}

TEST_F(ExternalDataTest, RefusesRangesThatTheFileDoesNotHold) {
  EXPECT_THAT(Read(At("weights.bin"), 11), HasSubstr("need 11 bytes from offset 0"));
  EXPECT_THAT(Read(At("weights.bin", "8"), 4), HasSubstr("which has 10"));
  EXPECT_THAT(Read(At("weights.bin", "9223372036854775807"), 4), HasSubstr("which has 10"));
  EXPECT_THAT(Read(At("weights.bin", "-1"), 4), HasSubstr("bad offset '-1'"));
  EXPECT_THAT(Read(At("weights.bin", "x"), 4), HasSubstr("bad offset 'x'"));
  EXPECT_THAT(Read(At("weights.bin", "0", "5"), 4), HasSubstr("5 bytes long"));
  EXPECT_THAT(Read(At(""), 4), HasSubstr("names no file"));
  EXPECT_THAT(Read(At("gone.bin"), 4), HasSubstr("'gone.bin' cannot be read"));
}

TEST_F(ExternalDataTest, StaysInsideTheModelsFolder) {
  fs::create_symlink(root_ / "secret.bin", folder_ / "link.bin");
  for (const std::string& location :
       {std::string("../secret.bin"), std::string("sub/../../secret.bin"),
        (root_ / "secret.bin").string(), std::string("link.bin"), std::string("sub/../weights.bin"),
        std::string("weights.bin\0x", 13)}) {
    EXPECT_THAT(Read(At(location), 6), HasSubstr("lies outside the model's folder")) << location;
  }
  EXPECT_THAT(Read(At("sub"), 0), HasSubstr("not a regular file"));
}

TEST_F(ExternalDataTest, FollowsAModelThatIsALinkToItsRealFolder) {
  fs::create_directories(root_ / "links");
  model_ = root_ / "links/model.onnx";
  fs::create_symlink(folder_ / "model.onnx", model_);
  fs::create_symlink(folder_ / "weights.bin", root_ / "links/weights.bin");
  fs::create_symlink(root_ / "secret.bin", root_ / "links/secret.bin");
  EXPECT_EQ(Read(At("weights.bin", "0", "2"), 2), "01");
  EXPECT_THAT(Read(At("secret.bin"), 6), HasSubstr("lies outside"));
}

}  // namespace
}  // namespace acc::model

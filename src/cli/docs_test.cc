// SPDX-License-Identifier: BSD-3-Clause
#include "cli/docs.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"

namespace acc::cli {
namespace {

TEST(DocumentsTest, CommittedPagesAreUpToDate) {
  const char* root = std::getenv("ACC_SOURCE_DIR");
  ASSERT_NE(root, nullptr) << "run this test with ctest";
  for (const DocumentInfo& document : Documents()) {
    const Result<std::string> page = ReadFile(std::filesystem::path(root) / "docs" / document.file);
    ASSERT_TRUE(page.ok()) << page.status().message();
    EXPECT_EQ(*page, document.text()) << "build the target 'docs' to write " << document.file;
  }
}

}  // namespace
}  // namespace acc::cli

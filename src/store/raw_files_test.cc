// SPDX-License-Identifier: BSD-3-Clause
#include "store/raw_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/scratch_folder_testing.h"

namespace acc::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RawFiles, UnlistedOnesAreThoseThatNoRecordNames) {
  const ScratchFolder scratch;
  Manifest manifest;
  TensorRecord& record = manifest.tensors.emplace_back();
  record.file = "a/./b.raw";
  record.native_file = "b.int64.raw";
  record.plain_file = "plain.raw";
  ASSERT_TRUE(CreateFolders(scratch / "a").ok());
  for (const char* file :
       {"a/b.raw", "a/other.raw", "b.int64.raw", "plain.raw", "b.txt", "z.raw"}) {
    ASSERT_TRUE(WriteFile(scratch / file, std::string_view()).ok());
  }
  EXPECT_THAT(*UnlistedRawFiles(scratch.path(), manifest), IsEmpty());  // Nothing lists them.
  ASSERT_TRUE(WriteManifest(scratch.path(), manifest).ok());
  EXPECT_THAT(*UnlistedRawFiles(scratch.path(), manifest), ElementsAre("a/other.raw", "z.raw"));
}

TEST(RawFiles, AFolderThatCannotBeReadIsAFailure) {
  EXPECT_FALSE(FindRawFiles("/nowhere/at/all").ok());
}

}  // namespace
}  // namespace acc::store

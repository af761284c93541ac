// SPDX-License-Identifier: BSD-3-Clause
#include "base/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iterator>

#include "base/scratch_folder_testing.h"

namespace acc {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::size_t EntriesIn(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(FilesTest, ReadsWhatWasWritten) {
  const ScratchFolder scratch;
  const std::string content("a\0b\n", 4);
  ASSERT_TRUE(WriteFile(scratch / "x", content).ok());
  EXPECT_EQ(ReadFile(scratch / "x").value(), content);
  ASSERT_TRUE(WriteFile(scratch / "x", "c").ok());
  EXPECT_EQ(ReadFile(scratch / "x").value(), "c");
}

TEST(FilesTest, ReadsFilesThatSayTheyAreEmpty) {
  EXPECT_THAT(ReadFile("/proc/self/status").value(), HasSubstr("Pid:"));
}

TEST(FilesTest, RefusesToReadWhatIsNoFile) {
  const ScratchFolder scratch;
  ASSERT_EQ(mkfifo((scratch / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(ReadFile(scratch.path()).status().message(), HasSubstr("is a directory"));
  EXPECT_THAT(ReadFile(scratch / "pipe").status().message(), HasSubstr("not a regular file"));
  EXPECT_THAT(ReadFile(scratch / "gone").status().message(),
              AllOf(HasSubstr("gone'"), HasSubstr("No such file")));
  EXPECT_THAT(MappedFile::Open(scratch.path()).status().message(), HasSubstr("is a directory"));
  EXPECT_THAT(MappedFile::Open("/dev/zero").status().message(), HasSubstr("not a regular file"));
}

TEST(FilesTest, RefusesToReadMoreThanAllowed) {
  const ScratchFolder scratch;
  ASSERT_TRUE(WriteFile(scratch / "x", "12345").ok());
  EXPECT_TRUE(ReadFile(scratch / "x", 5).ok());
  EXPECT_THAT(ReadFile(scratch / "x", 4).status().message(), HasSubstr("5 bytes"));
  EXPECT_FALSE(ReadFile("/proc/self/status", 10).ok());
}

TEST(FilesTest, FullDiskSaysWhatToDo) {
  const Status status = WriteFile("/dev/full", "x");
  EXPECT_EQ(status.message(),
            "cannot write '/dev/full': No space left on device. Free some space or choose another "
            "--working_dir.");
  EXPECT_TRUE(fs::exists("/dev/full"));
}

// A limit on the size of files fails in the middle of a write, as a full disk does.
[[noreturn]] void WriteBeyondTheLimit(const fs::path& folder) {
  signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  limit.rlim_cur = limit.rlim_max = 10000;
  setrlimit(RLIMIT_FSIZE, &limit);
  const std::string content(20000, 'x');
  const bool failed =
      !WriteFile(folder / "x", content).ok() && !WriteFileAtomically(folder / "y", content).ok();
  _exit(failed && EntriesIn(folder) == 0 ? 0 : 1);
}

TEST(FilesTest, FullDiskLeavesNothingBehind) {
  const ScratchFolder scratch;
  EXPECT_EXIT(WriteBeyondTheLimit(scratch.path()), ::testing::ExitedWithCode(0), "");
}

TEST(FilesTest, WritingNamesPathAndReason) {
  const ScratchFolder scratch;
  ASSERT_TRUE(WriteFile(scratch / "file", "").ok());
  EXPECT_THAT(WriteFile(scratch / "file/below", "x").message(),
              AllOf(HasSubstr("file/below"), HasSubstr("Not a directory")));
  EXPECT_THAT(WriteFile("/proc/acc", "x").message(), HasSubstr("/proc/acc"));
  EXPECT_THAT(WriteFile(scratch.path(), "x").message(), HasSubstr("Is a directory"));
  EXPECT_THAT(CreateFolders(scratch / "file/below").message(), HasSubstr("file/below"));
  EXPECT_THAT(CreateFolders(scratch / "file").message(), HasSubstr("Not a directory"));
}

TEST(FilesTest, FailedAtomicWriteKeepsTheOldContent) {
  const ScratchFolder scratch;
  ASSERT_TRUE(WriteFileAtomically(scratch / "x", "old").ok());
  ASSERT_TRUE(WriteFileAtomically(scratch / "x", "new").ok());
  EXPECT_EQ(ReadFile(scratch / "x").value(), "new");
  const std::string_view pieces[] = {"in ", "", "pieces"};
  ASSERT_TRUE(WriteFileAtomically(scratch / "x", pieces).ok());
  EXPECT_EQ(ReadFile(scratch / "x").value(), "in pieces");
  fs::create_directory(scratch / "folder");
  EXPECT_FALSE(WriteFileAtomically(scratch / "folder", "x").ok());
  EXPECT_EQ(EntriesIn(scratch.path()), 2U);
}

TEST(FilesTest, CreateFoldersMakesParentsAndAcceptsWhatIsThere) {
  const ScratchFolder scratch;
  EXPECT_TRUE(CreateFolders(scratch / "a/b/c").ok());
  EXPECT_TRUE(CreateFolders(scratch / "a/b/c").ok());
  EXPECT_TRUE(fs::is_directory(scratch / "a/b/c"));
  EXPECT_TRUE(CreateFolders("").ok());
}

TEST(FilesTest, WriterKeepsClosedFilesOnly) {
  const ScratchFolder scratch;
  const std::byte bytes[] = {std::byte{'h'}, std::byte{'i'}};
  {
    auto writer = FileWriter::Create(scratch / "done");
    ASSERT_TRUE(writer.ok());
    EXPECT_TRUE(writer->Append(bytes).ok());
    EXPECT_TRUE(writer->Append(bytes).ok());
    EXPECT_TRUE(writer->Close().ok());
    auto dropped = FileWriter::Create(scratch / "dropped");
    ASSERT_TRUE(dropped.ok());
    EXPECT_TRUE(dropped->Append(bytes).ok());
  }
  EXPECT_EQ(ReadFile(scratch / "done").value(), "hihi");
  EXPECT_FALSE(fs::exists(scratch / "dropped"));
  EXPECT_FALSE(FileWriter::Create(scratch / "no/such/folder").ok());
  auto full = FileWriter::Create("/dev/full");
  ASSERT_TRUE(full.ok());
  EXPECT_THAT(full->Append(bytes).message(), HasSubstr("No space left"));
}

TEST(ReleaseMemoryTest, ValuesStay) {
  const ScratchFolder scratch;
  const std::string content(100000, 'x');
  ASSERT_TRUE(WriteFile(scratch / "x", content).ok());
  const auto mapped = MappedFile::Open(scratch / "x");
  ASSERT_TRUE(mapped.ok());
  for (const std::span<const std::byte> bytes :
       {mapped->bytes(), mapped->bytes().subspan(5000, 90000), std::as_bytes(std::span(content)),
        mapped->bytes().first(10), std::span<const std::byte>()}) {
    ReleaseMemory(bytes);
    EXPECT_EQ(std::ranges::count(bytes, std::byte{'x'}), static_cast<std::ptrdiff_t>(bytes.size()));
  }
}

TEST(MappedFileTest, MapsContentAndEmptyFiles) {
  const ScratchFolder scratch;
  ASSERT_TRUE(WriteFile(scratch / "x", "abc").ok());
  ASSERT_TRUE(WriteFile(scratch / "empty", "").ok());
  auto mapped = MappedFile::Open(scratch / "x");
  ASSERT_TRUE(mapped.ok());
  MappedFile moved = *std::move(mapped);
  ASSERT_EQ(moved.bytes().size(), 3U);
  EXPECT_EQ(moved.bytes()[2], std::byte{'c'});
  auto empty = MappedFile::Open(scratch / "empty");
  ASSERT_TRUE(empty.ok());
  EXPECT_TRUE(empty->bytes().empty());
  moved = *std::move(empty);
  EXPECT_TRUE(moved.bytes().empty());
}

}  // namespace
}  // namespace acc

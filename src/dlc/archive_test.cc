// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dlc/zip_testing.h"

namespace acc::dlc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The content of the record, or the failure.
std::string ReadRecord(const std::string& file, std::string_view record) {
  Result<Archive> archive = Archive::Open(BytesOf(file));
  if (!archive.ok()) return archive.status().message();
  const Result<Archive::Content> content = archive->Read(record);
  return content.ok() ? Text(content->bytes) : content.status().message();
}

TEST(ArchiveTest, GivesStoredRecordsInPlace) {
  const std::string file = MakeZip({{.name = "a", .content = "first"}, {.name = "b"}});
  Result<Archive> archive = Archive::Open(BytesOf(file));
  ASSERT_TRUE(archive.ok()) << archive.status().message();
  EXPECT_THAT(archive->records(),
              ElementsAre(::testing::FieldsAre("a", 5), ::testing::FieldsAre("b", 0)));
  const Result<Archive::Content> content = archive->Read("a");
  ASSERT_TRUE(content.ok()) << content.status().message();
  EXPECT_EQ(Text(content->bytes), "first");
  EXPECT_EQ(content->storage, nullptr);
  EXPECT_EQ(content->bytes.data(), BytesOf(file).data() + file.find("first"));
  EXPECT_EQ(ReadRecord(file, "b"), "");
  EXPECT_EQ(ReadRecord(file, "c"), "is missing");
}

TEST(ArchiveTest, UnpacksDeflatedRecords) {
  const std::string long_text(3000000, 'x');
  const std::string file = MakeZip({{.name = "a",
                                     .content = Deflated(long_text),
                                     .method = zip::kDeflated,
                                     .crc = CrcOf(long_text),
                                     .bytes = long_text.size()}});
  EXPECT_TRUE(ReadRecord(file, "a") == long_text);
}

TEST(ArchiveTest, ReadsWhatQnnWrites) {
  // CRC 0 and ZIP64 fields that are longer than their numbers.
  const std::string file =
      MakeZip({{.name = "model.params.bin", .content = "weights", .crc = 0, .zip64 = true},
               {.name = "model", .content = "graph", .crc = 0, .zip64 = true}});
  EXPECT_EQ(ReadRecord(file, "model.params.bin"), "weights");
  EXPECT_EQ(ReadRecord(file, "model"), "graph");
}

TEST(ArchiveTest, ChecksTheCrcUnlessItIsZero) {
  EXPECT_EQ(ReadRecord(MakeZip({{.name = "a", .content = "first", .crc = 0}}), "a"), "first");
  EXPECT_THAT(ReadRecord(MakeZip({{.name = "a", .content = "first", .crc = 1}}), "a"),
              HasSubstr("its CRC is wrong"));
}

TEST(ArchiveTest, RefusesWhatItCannotRead) {
  const struct {
    ZipRecord record;
    std::string_view failure;
  } rows[] = {
      {{.name = "a", .content = "x", .flags = zip::kEncryptedFlag}, "is encrypted"},
      {{.name = "a", .content = "x", .method = 93}, "is packed by method 93"},
      {{.name = "a", .content = "x", .bytes = 2}, "it has another size than it says"},
      {{.name = "a", .content = "garbage", .method = zip::kDeflated, .bytes = 9},
       "it has another size than it says"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(ReadRecord(MakeZip({row.record}), "a"), HasSubstr(row.failure));
  }
}

TEST(ArchiveTest, RefusesZipBombs) {
  const std::string packed = Deflated(std::string(std::size_t{1} << 24, '\0'));
  const auto bomb = [&](std::uint64_t says) {
    return ZipRecord{.name = "a", .content = packed, .method = zip::kDeflated, .bytes = says};
  };
  EXPECT_THAT(ReadRecord(MakeZip({bomb(std::uint64_t{1} << 31)}), "a"),
              HasSubstr("more than the 1073741824"));
  EXPECT_THAT(ReadRecord(MakeZip({bomb(100)}), "a"), HasSubstr("another size than it says"));
}

TEST(ArchiveTest, RefusesTwoRecordsOfOneName) {
  EXPECT_THAT(ReadRecord(MakeZip({{.name = "a\n"}, {.name = "a\n"}}), "a"),
              HasSubstr(R"(two records are named 'a\x0a')"));
}

TEST(ArchiveTest, FailsWhereverTheFileEnds) {
  for (const bool zip64 : {false, true}) {
    const std::string file = MakeZip({{.name = "model", .content = "graph", .zip64 = zip64},
                                      {.name = "b", .content = "more", .zip64 = zip64}});
    EXPECT_EQ(ReadRecord(file, "model"), "graph");
    for (std::size_t size = 0; size < file.size(); ++size) {
      EXPECT_FALSE(Archive::Open(BytesOf(file).first(size)).ok()) << size;
    }
  }
}

TEST(ArchiveTest, SurvivesAnyChangedByte) {
  for (const bool zip64 : {false, true}) {
    const std::string file = MakeZip({{.name = "model", .content = "graph", .zip64 = zip64}});
    for (std::size_t i = 0; i < file.size(); ++i) {
      for (const char value : {'\0', '\x01', '\x7f', '\xff'}) {
        std::string changed = file;
        changed[i] = value;
        ReadRecord(changed, "model");
      }
    }
  }
}

}  // namespace
}  // namespace acc::dlc

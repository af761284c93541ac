// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/zip_writer.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cstdint>
#include <deque>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "dlc/zip_format.h"

namespace acc::dlc {
namespace {

constexpr std::uint16_t kVersion = 20;
constexpr std::uint16_t kFirstDate = 0x0021;  // 1980-01-01.

template <typename Number>
void Put(std::string& to, Number number) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    to.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i)));
  }
}

std::uint64_t Size(const RecordToWrite& record) {
  std::uint64_t size = 0;
  for (const std::string_view piece : record.pieces) size += piece.size();
  return size;
}

// What the header of a record and its entry in the directory have in common.
std::string Description(const RecordToWrite& record) {
  std::string fields;
  Put<std::uint16_t>(fields, kVersion);
  Put<std::uint16_t>(fields, 0);
  Put<std::uint16_t>(fields, zip::kStored);
  Put<std::uint16_t>(fields, 0);
  Put<std::uint16_t>(fields, kFirstDate);
  uLong crc = 0;
  for (const std::string_view piece : record.pieces) {
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(piece.data()), piece.size());
  }
  Put<std::uint32_t>(fields, crc);
  Put<std::uint32_t>(fields, Size(record));
  Put<std::uint32_t>(fields, Size(record));
  Put<std::uint16_t>(fields, record.name.size());
  Put<std::uint16_t>(fields, 0);
  return fields;
}

std::string DirectoryEntry(const RecordToWrite& record, const std::string& description,
                           std::uint64_t at) {
  std::string entry;
  Put<std::uint32_t>(entry, zip::kDirectoryEntry);
  Put<std::uint16_t>(entry, kVersion);
  entry += description;
  Put<std::uint16_t>(entry, 0);
  Put<std::uint32_t>(entry, 0);
  Put<std::uint32_t>(entry, 0);
  Put<std::uint32_t>(entry, at);
  return entry + record.name;
}

std::string End(std::uint64_t records, std::uint64_t directory_bytes, std::uint64_t at) {
  std::string end;
  Put<std::uint32_t>(end, zip::kEnd);
  Put<std::uint32_t>(end, 0);
  Put<std::uint16_t>(end, records);
  Put<std::uint16_t>(end, records);
  Put<std::uint32_t>(end, directory_bytes);
  Put<std::uint32_t>(end, at);
  Put<std::uint16_t>(end, 0);
  return end;
}

}  // namespace

Status WriteZip(std::span<const RecordToWrite> records, const std::filesystem::path& path) {
  std::deque<std::string> headers;  // Stay where they are as more come.
  std::vector<std::string_view> pieces;
  std::string directory;
  std::uint64_t at = 0;
  for (const RecordToWrite& record : records) {
    const std::string description = Description(record);
    std::string& header = headers.emplace_back();
    Put<std::uint32_t>(header, zip::kLocalHeader);
    header += description + record.name;
    directory += DirectoryEntry(record, description, at);
    pieces.push_back(header);
    pieces.insert(pieces.end(), record.pieces.begin(), record.pieces.end());
    at += header.size() + Size(record);
    if (at + directory.size() + zip::kEndBytes >= zip::kSee64) {
      return Failure(fmt::format("'{}' would have more than 4 GiB, which no plain ZIP archive can",
                                 Printable(path.native())));
    }
  }
  const std::string end = End(records.size(), directory.size(), at);
  pieces.insert(pieces.end(), {directory, end});
  return WriteFileAtomically(path, pieces);
}

}  // namespace acc::dlc

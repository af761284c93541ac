// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/zip_writer.h"

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "base/files.h"
#include "dlc/checksum.h"
#include "dlc/zip_format.h"

namespace acc::dlc {
namespace {

constexpr std::uint16_t kVersion = 45;        // The first with ZIP64.
constexpr std::uint16_t kFirstDate = 0x0021;  // 1980-01-01.
constexpr std::uint64_t kAlignment = 8;
constexpr std::size_t kFieldHeaderBytes = 4;  // Of an extra field: its kind and size.

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
std::string Description(const RecordToWrite& record, std::size_t extra_bytes) {
  std::string fields;
  Put<std::uint16_t>(fields, kVersion);
  Put<std::uint16_t>(fields, 0);
  Put<std::uint16_t>(fields, zip::kStored);
  Put<std::uint16_t>(fields, 0);
  Put<std::uint16_t>(fields, kFirstDate);
  std::uint32_t crc = 0;
  for (const std::string_view piece : record.pieces) {
    crc = Checksum(std::as_bytes(std::span(piece)), crc);
  }
  Put<std::uint32_t>(fields, crc);
  Put<std::uint32_t>(fields, zip::kSee64);
  Put<std::uint32_t>(fields, zip::kSee64);
  Put<std::uint16_t>(fields, record.name.size());
  Put<std::uint16_t>(fields, extra_bytes);
  return fields;
}

std::string Field64(const RecordToWrite& record) {
  std::string field;
  Put<std::uint16_t>(field, zip::kField64);
  Put<std::uint16_t>(field, 2 * sizeof(std::uint64_t));
  Put<std::uint64_t>(field, Size(record));
  Put<std::uint64_t>(field, Size(record));
  return field;
}

// Makes `bytes` before it a multiple of kAlignment.
std::string AlignmentField(std::uint64_t bytes) {
  const std::size_t fixed = kFieldHeaderBytes + sizeof(std::uint16_t);
  const std::size_t padding = -(bytes + fixed) % kAlignment;
  std::string field;
  Put<std::uint16_t>(field, zip::kAlignmentField);
  Put<std::uint16_t>(field, sizeof(std::uint16_t) + padding);
  Put<std::uint16_t>(field, kAlignment);
  return field + std::string(padding, '\0');
}

std::string LocalHeader(const RecordToWrite& record, std::uint64_t at) {
  const std::string field = Field64(record);
  const std::string extra =
      field + AlignmentField(at + zip::kLocalHeaderBytes + record.name.size() + field.size());
  std::string header;
  Put<std::uint32_t>(header, zip::kLocalHeader);
  return header + Description(record, extra.size()) + record.name + extra;
}

std::string DirectoryEntry(const RecordToWrite& record, std::uint64_t at) {
  std::string extra = Field64(record);
  Put<std::uint64_t>(extra, at);
  extra[2] = static_cast<char>(extra.size() - kFieldHeaderBytes);
  std::string entry;
  Put<std::uint32_t>(entry, zip::kDirectoryEntry);
  Put<std::uint16_t>(entry, kVersion);
  entry += Description(record, extra.size());
  Put<std::uint16_t>(entry, 0);
  Put<std::uint32_t>(entry, 0);
  Put<std::uint32_t>(entry, 0);
  Put<std::uint32_t>(entry, zip::kSee64);
  return entry + record.name + extra;
}

std::string End(std::uint64_t records, std::uint64_t directory_bytes, std::uint64_t at) {
  std::string end;
  Put<std::uint32_t>(end, zip::kEnd64);
  Put<std::uint64_t>(end, zip::kEnd64Bytes - sizeof(std::uint32_t) - sizeof(std::uint64_t));
  Put<std::uint16_t>(end, kVersion);
  Put<std::uint16_t>(end, kVersion);
  Put<std::uint64_t>(end, 0);
  Put<std::uint64_t>(end, records);
  Put<std::uint64_t>(end, records);
  Put<std::uint64_t>(end, directory_bytes);
  Put<std::uint64_t>(end, at);
  Put<std::uint32_t>(end, zip::kEnd64Locator);
  Put<std::uint32_t>(end, 0);
  Put<std::uint64_t>(end, at + directory_bytes);
  Put<std::uint32_t>(end, 1);
  Put<std::uint32_t>(end, zip::kEnd);
  Put<std::uint32_t>(end, 0);
  Put<std::uint16_t>(end, records);
  Put<std::uint16_t>(end, records);
  Put<std::uint32_t>(end, directory_bytes);
  Put<std::uint32_t>(end, zip::kSee64);
  Put<std::uint16_t>(end, 0);
  return end;
}

}  // namespace

Status WriteZip(std::span<const RecordToWrite> records, const std::filesystem::path& path) {
  std::deque<std::string> headers;  // Stay where they are as more come.
  std::vector<std::string_view> pieces;
  std::map<std::string_view, std::string> entries;  // By name, as QNN's serializer lists them.
  std::uint64_t at = 0;
  for (const RecordToWrite& record : records) {
    entries[record.name] = DirectoryEntry(record, at);
    const std::string& header = headers.emplace_back(LocalHeader(record, at));
    pieces.push_back(header);
    pieces.insert(pieces.end(), record.pieces.begin(), record.pieces.end());
    at += header.size() + Size(record);
  }
  std::string directory;
  for (const auto& [name, entry] : entries) directory += entry;
  const std::string end = End(records.size(), directory.size(), at);
  pieces.insert(pieces.end(), {directory, end});
  return WriteFileAtomically(path, pieces);
}

}  // namespace acc::dlc

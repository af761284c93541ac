// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/zip_writer.h"

#include <cstdint>
#include <deque>
#include <initializer_list>
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

// A record, its place in the archive, and what both of its headers say of the content.
struct Placed {
  const RecordToWrite& record;
  std::uint64_t at = 0;
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;
};

Placed Place(const RecordToWrite& record, std::uint64_t at) {
  Placed placed{.record = record, .at = at};
  for (const std::string_view piece : record.pieces) {
    placed.bytes += piece.size();
    placed.crc = Checksum(std::as_bytes(std::span(piece)), placed.crc);
  }
  return placed;
}

// What the header of a record and its entry in the directory have in common.
std::string Description(const Placed& placed, std::size_t extra_bytes) {
  std::string fields;
  Put<std::uint16_t>(fields, kVersion);
  Put<std::uint16_t>(fields, 0);
  Put<std::uint16_t>(fields, zip::kStored);
  Put<std::uint16_t>(fields, 0);
  Put<std::uint16_t>(fields, kFirstDate);
  Put<std::uint32_t>(fields, placed.crc);
  Put<std::uint32_t>(fields, zip::kSee64);
  Put<std::uint32_t>(fields, zip::kSee64);
  Put<std::uint16_t>(fields, placed.record.name.size());
  Put<std::uint16_t>(fields, extra_bytes);
  return fields;
}

// The numbers that stand as kSee64 elsewhere, in their order.
std::string Field64(std::initializer_list<std::uint64_t> numbers) {
  std::string field;
  Put<std::uint16_t>(field, zip::kField64);
  Put<std::uint16_t>(field, numbers.size() * sizeof(std::uint64_t));
  for (const std::uint64_t number : numbers) Put<std::uint64_t>(field, number);
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

std::string LocalHeader(const Placed& placed) {
  const std::string& name = placed.record.name;
  const std::string field = Field64({placed.bytes, placed.bytes});
  const std::string extra =
      field + AlignmentField(placed.at + zip::kLocalHeaderBytes + name.size() + field.size());
  std::string header;
  Put<std::uint32_t>(header, zip::kLocalHeader);
  return header + Description(placed, extra.size()) + name + extra;
}

std::string DirectoryEntry(const Placed& placed) {
  const std::string extra = Field64({placed.bytes, placed.bytes, placed.at});
  std::string entry;
  Put<std::uint32_t>(entry, zip::kDirectoryEntry);
  Put<std::uint16_t>(entry, kVersion);
  entry += Description(placed, extra.size());
  Put<std::uint16_t>(entry, 0);
  Put<std::uint32_t>(entry, 0);
  Put<std::uint32_t>(entry, 0);
  Put<std::uint32_t>(entry, zip::kSee64);
  return entry + placed.record.name + extra;
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
    const Placed placed = Place(record, at);
    entries[record.name] = DirectoryEntry(placed);
    pieces.push_back(headers.emplace_back(LocalHeader(placed)));
    at += pieces.back().size() + placed.bytes;
    pieces.insert(pieces.end(), record.pieces.begin(), record.pieces.end());
  }
  std::string directory;
  for (const auto& [name, entry] : entries) directory += entry;
  const std::string end = End(records.size(), directory.size(), at);
  pieces.insert(pieces.end(), {directory, end});
  return WriteFileAtomically(path, pieces);
}

}  // namespace acc::dlc

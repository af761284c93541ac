// SPDX-License-Identifier: BSD-3-Clause
// For tests: ZIP archives made byte by byte, right or wrong.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dlc/zip_format.h"

namespace acc::dlc {

struct ZipRecord {
  std::string name;
  std::string content;  // As it lies in the archive: packed where `method` says so.
  std::uint16_t method = zip::kStored;
  std::uint16_t flags = 0;
  std::optional<std::uint32_t> crc;    // That of the content where left out.
  std::optional<std::uint64_t> bytes;  // Unpacked; the content's where left out.
  bool zip64 = false;                  // Sizes and offset in an extra field, padded as QNN does.
};

inline void Append(std::string& to, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) to.push_back(static_cast<char>(number >> (8 * i)));
}

inline std::string Deflated(std::string_view content) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

inline std::uint32_t CrcOf(std::string_view content) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
}

inline std::string MakeZip(const std::vector<ZipRecord>& records) {
  std::string file;
  std::string directory;
  for (const ZipRecord& record : records) {
    const std::uint64_t at = file.size();
    std::string common;
    Append(common, record.flags, 2);
    Append(common, record.method, 2);
    Append(common, 0, 4);
    Append(common, record.crc.value_or(CrcOf(record.content)), 4);
    Append(common, record.zip64 ? zip::kSee64 : record.content.size(), 4);
    const std::uint64_t bytes = record.bytes.value_or(record.content.size());
    Append(common, record.zip64 ? zip::kSee64 : bytes, 4);
    Append(common, record.name.size(), 2);
    std::string extra;
    if (record.zip64) {
      Append(extra, zip::kField64, 2);
      Append(extra, 40, 2);
      Append(extra, bytes, 8);
      Append(extra, record.content.size(), 8);
      Append(extra, at, 8);
      extra.append(16, '\0');
    }
    Append(file, zip::kLocalHeader, 4);
    Append(file, 20, 2);
    file += common;
    Append(file, extra.size(), 2);
    file += record.name + extra + record.content;
    Append(directory, zip::kDirectoryEntry, 4);
    Append(directory, 20, 2);
    Append(directory, 20, 2);
    directory += common;
    Append(directory, extra.size(), 2);
    directory.append(2 + 2 + 2 + 4, '\0');
    Append(directory, record.zip64 ? zip::kSee64 : at, 4);
    directory += record.name + extra;
  }
  const std::uint64_t at = file.size();
  file += directory;
  const bool zip64 = !records.empty() && records.front().zip64;
  if (zip64) {
    const std::uint64_t end_at = file.size();
    Append(file, zip::kEnd64, 4);
    Append(file, 44, 8);
    file.append(4 + 4 + 4, '\0');
    Append(file, records.size(), 8);
    Append(file, records.size(), 8);
    Append(file, directory.size(), 8);
    Append(file, at, 8);
    Append(file, zip::kEnd64Locator, 4);
    Append(file, 0, 4);
    Append(file, end_at, 8);
    Append(file, 1, 4);
  }
  Append(file, zip::kEnd, 4);
  Append(file, 0, 4);
  Append(file, records.size(), 2);
  Append(file, records.size(), 2);
  Append(file, directory.size(), 4);
  Append(file, zip64 ? zip::kSee64 : at, 4);
  Append(file, 0, 2);
  return file;
}

inline std::span<const std::byte> BytesOf(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace acc::dlc

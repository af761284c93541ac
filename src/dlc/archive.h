// SPDX-License-Identifier: BSD-3-Clause
// The ZIP archive that a DLC is: its records, and their bytes in place wherever they are stored so.
// QNN's writers leave CRCs 0 and pad their ZIP64 fields, which strict readers refuse; this one does
// not mind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// What unpacked records may take in all.
inline constexpr std::uint64_t kMaxUnpackedBytes = std::uint64_t{1} << 30;

class Archive {
 public:
  // `file` stays with the caller. Fails for bytes that are no ZIP archive or a truncated one, and
  // for two records of one name.
  static Result<Archive> Open(std::span<const std::byte> file);

  std::vector<Record> records() const;
  bool Has(std::string_view record) const { return Find(record) != nullptr; }

  struct Content {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> storage;  // Null where `bytes` lie in the file.
  };
  // Fails for a record that is not there, encrypted, packed by another method than deflate, damaged
  // (its CRC, unless that is 0), or larger unpacked than it says or than kMaxUnpackedBytes leaves.
  // The message continues a sentence: "is encrypted. …".
  Result<Content> Read(std::string_view record);

 private:
  // As the archive's directory has it.
  struct Entry {
    std::string_view name;
    bool encrypted = false;
    std::uint16_t method = 0;
    std::uint32_t crc = 0;
    std::uint64_t packed_bytes = 0;
    std::uint64_t bytes = 0;
    std::uint64_t header_at = 0;
  };
  class Directory;

  explicit Archive(std::span<const std::byte> file) : file_(file) {}
  const Entry* Find(std::string_view record) const;
  Result<std::span<const std::byte>> Locate(const Entry& entry) const;
  Result<Content> Unpack(const Entry& entry, std::span<const std::byte> packed);

  std::span<const std::byte> file_;
  std::vector<Entry> entries_;
  std::uint64_t unpacked_ = 0;
};

}  // namespace acc::dlc

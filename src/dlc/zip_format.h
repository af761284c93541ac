// SPDX-License-Identifier: BSD-3-Clause
// The parts of a ZIP archive (PKWARE's APPNOTE 6.3), for reading and writing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace acc::dlc::zip {

// What each part starts with.
inline constexpr std::uint32_t kLocalHeader = 0x04034b50;
inline constexpr std::uint32_t kDirectoryEntry = 0x02014b50;
inline constexpr std::uint32_t kEnd = 0x06054b50;
inline constexpr std::uint32_t kEnd64 = 0x06064b50;
inline constexpr std::uint32_t kEnd64Locator = 0x07064b50;

// Sizes without names, extra fields and comments.
inline constexpr std::size_t kLocalHeaderBytes = 30;
inline constexpr std::size_t kDirectoryEntryBytes = 46;
inline constexpr std::size_t kEndBytes = 22;
inline constexpr std::size_t kEnd64Bytes = 56;
inline constexpr std::size_t kEnd64LocatorBytes = 20;

// Stand where the number is in a ZIP64 field.
inline constexpr std::uint16_t kSee64Short = 0xffff;
inline constexpr std::uint32_t kSee64 = 0xffffffff;
inline constexpr std::uint16_t kField64 = 0x0001;  // The extra field that has it.
// An extra field that moves the content to a multiple of its first two bytes (Android's zipalign).
inline constexpr std::uint16_t kAlignmentField = 0xd935;

inline constexpr std::uint16_t kStored = 0;
inline constexpr std::uint16_t kDeflated = 8;
inline constexpr std::uint16_t kEncryptedFlag = 0x0001;

// Takes little-endian numbers off the front. Past the end all are 0, and ok() says so.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool empty() const { return bytes_.empty(); }

  template <typename Number>
  Number Take() {
    std::uint64_t value = 0;
    int shift = 0;
    for (const std::byte byte : Skip(sizeof(Number))) {
      value |= std::to_integer<std::uint64_t>(byte) << shift;
      shift += 8;
    }
    return static_cast<Number>(value);
  }

  std::span<const std::byte> Skip(std::size_t count) {
    ok_ = ok_ && count <= bytes_.size();
    if (!ok_) return {};
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }

 private:
  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

}  // namespace acc::dlc::zip

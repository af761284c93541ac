// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/checksum.h"

#include <zlib.h>

#include <algorithm>

#include "base/files.h"

namespace acc::dlc {

std::uint32_t Checksum(std::span<const std::byte> bytes, std::uint32_t before) {
  constexpr std::size_t kPiece = std::size_t{1} << 24;
  uLong crc = before;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), kPiece))) {
    const auto piece = bytes.first(std::min(bytes.size(), kPiece));
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(piece.data()), piece.size());
    ReleaseMemory(piece);
  }
  return static_cast<std::uint32_t>(crc);
}

}  // namespace acc::dlc

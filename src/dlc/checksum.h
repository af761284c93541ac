// SPDX-License-Identifier: BSD-3-Clause
// CRC-32 as ZIP and zlib have it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace acc::dlc {

// Of `bytes`, or of what `before` is the checksum of followed by them. Mapped bytes leave the
// memory as they were read: most are not needed soon.
std::uint32_t Checksum(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace acc::dlc

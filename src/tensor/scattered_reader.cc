// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/scattered_reader.h"

#include <algorithm>
#include <bit>

namespace acc {
namespace {

constexpr std::uint64_t kNothing = ~std::uint64_t{0};
constexpr unsigned kMemoryBits = 21;
static_assert(std::uint64_t{1} << kMemoryBits == ScatteredReader::kMemory);
// Blocks of 16 KB down to 256 B: smaller ones cost a call of the system for a handful of elements.
constexpr unsigned kMostBlockBits = 12;
constexpr unsigned kLeastBlockBits = 6;

// Twice as many places as blocks are wanted, since some share one.
unsigned BlockBits(std::uint64_t apart) {
  const auto slot_bits = static_cast<unsigned>(std::bit_width(std::max<std::uint64_t>(apart, 1)));
  const unsigned most = kMemoryBits - kLeastBlockBits;
  return std::min(kMemoryBits - std::min(slot_bits + 1, most), kMostBlockBits);
}

}  // namespace

ScatteredReader::ScatteredReader(const RawFile& file, std::uint64_t apart, std::span<float> memory)
    : file_(file),
      memory_(memory),
      block_bits_(BlockBits(apart)),
      slot_shift_(64 - (kMemoryBits - block_bits_)),
      held_(kMemory >> block_bits_, kNothing) {}

Status ScatteredReader::Load(std::uint64_t block, std::uint64_t slot) {
  held_[slot] = kNothing;
  const std::uint64_t first = block << block_bits_;
  const std::uint64_t size = std::min(std::uint64_t{1} << block_bits_, file_.count() - first);
  ACC_RETURN_IF_ERROR(file_.Read(first, memory_.subspan(slot << block_bits_, size)));
  held_[slot] = block;
  return OkStatus();
}

}  // namespace acc

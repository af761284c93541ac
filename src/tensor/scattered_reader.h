// SPDX-License-Identifier: BSD-3-Clause
// Elements of a tensor file in any order, read block by block into memory of a fixed size. A file
// that shrinks meanwhile is an error, as it is for RawFile.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"
#include "tensor/raw_file.h"

namespace acc {

class ScatteredReader {
 public:
  // Elements that the reader holds at most.
  static constexpr std::uint64_t kMemory = std::uint64_t{1} << 21;

  // `memory` has kMemory elements. `apart` is how many elements are read before a neighbour of the
  // first one is wanted: so many blocks are held at least, as far as memory goes.
  ScatteredReader(const RawFile& file, std::uint64_t apart, std::span<float> memory);

  // Fails where the file cannot be read. `index` is below file.count().
  Status Read(std::uint64_t index, float& value) {
    const std::uint64_t block = index >> block_bits_;
    // Blocks that are equally far apart, as those of an axis are, get different places.
    const std::uint64_t slot = (block * 0x9E3779B97F4A7C15U) >> slot_shift_;
    if (held_[slot] != block) ACC_RETURN_IF_ERROR(Load(block, slot));
    value = memory_[(slot << block_bits_) + (index & ((std::uint64_t{1} << block_bits_) - 1))];
    return OkStatus();
  }

 private:
  Status Load(std::uint64_t block, std::uint64_t slot);

  const RawFile& file_;
  std::span<float> memory_;
  unsigned block_bits_;
  unsigned slot_shift_;
  std::vector<std::uint64_t> held_;  // The block in each place.
};

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
// A file of numbers read piece by piece as float32. Reading into a small buffer that stays in the
// cache is as fast as mapping the file, keeps memory bounded, and turns a file that shrinks
// meanwhile into an error instead of a signal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "base/status.h"
#include "tensor/element_type.h"

namespace acc {

// How a file holds its elements: value = scale * (stored + offset), computed in double.
struct RawFormat {
  ElementType type = ElementType::kFloat32;  // Or int8, uint8, int16, uint16.
  double scale = 1;                          // Scale and offset do not apply to float32.
  double offset = 0;
};

class RawFile {
 public:
  // Fails for a missing file, a directory, or a size that is no multiple of the element's.
  static Result<RawFile> Open(const std::filesystem::path& path, RawFormat format = {});
  RawFile(RawFile&& other) noexcept;
  RawFile& operator=(RawFile&& other) noexcept;
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile();

  std::uint64_t count() const { return count_; }  // Elements.

  // Fills `values` from element `first` on; fails where the file holds fewer.
  Status Read(std::uint64_t first, std::span<float> values) const;

 private:
  RawFile(int descriptor, RawFormat format, std::filesystem::path path)
      : descriptor_(descriptor), format_(format), path_(std::move(path)) {}
  Status ReadBytes(std::uint64_t first_byte, std::span<std::byte> rest) const;

  int descriptor_ = -1;
  RawFormat format_;
  std::uint64_t count_ = 0;
  std::filesystem::path path_;
};

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
// A file of float32 values read piece by piece. Reading into a small buffer that stays in the cache
// is as fast as mapping the file, keeps memory bounded, and turns a file that shrinks meanwhile
// into an error instead of a signal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "base/status.h"

namespace acc {

class RawFile {
 public:
  // Fails for a missing file, a directory, or a size that is no multiple of four bytes.
  static Result<RawFile> Open(const std::filesystem::path& path);
  RawFile(RawFile&& other) noexcept;
  RawFile& operator=(RawFile&& other) noexcept;
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile();

  std::uint64_t count() const { return count_; }  // Elements.

  // Fills `values` from element `first` on; fails where the file holds fewer.
  Status Read(std::uint64_t first, std::span<float> values) const;

 private:
  RawFile(int descriptor, std::filesystem::path path)
      : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_ = -1;
  std::uint64_t count_ = 0;
  std::filesystem::path path_;
};

}  // namespace acc

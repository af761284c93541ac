// SPDX-License-Identifier: BSD-3-Clause
// What libFuzzer made, under a path: for readers that open their file themselves.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace acc::fuzz {

class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : file_(memfd_create("fuzz", 0)) {
    if (file_ < 0) std::abort();
    const auto size = static_cast<ssize_t>(content.size());
    if (write(file_, content.data(), content.size()) != size) std::abort();
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(file_); }

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

}  // namespace acc::fuzz

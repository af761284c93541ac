// SPDX-License-Identifier: BSD-3-Clause
// A file that is there only while another one is made.
#pragma once

#include <filesystem>

namespace acc {

// The object removes the file, and so does RemoveTemporaryFiles().
class TemporaryFile {
 public:
  // Of a name of its own beside `path`; nothing is made yet.
  static TemporaryFile Beside(const std::filesystem::path& path);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  const std::filesystem::path& path() const { return path_; }
  // Gives it the name `path`, in place of what bears that; the error number, or 0.
  int MoveTo(const std::filesystem::path& path);

 private:
  explicit TemporaryFile(std::filesystem::path path);

  std::filesystem::path path_;
};

// Right before the process ends without unwinding: no thread can make a temporary file after it.
void RemoveTemporaryFiles();

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
// Files read whole, mapped, and written so that a reader sees the old content or the new, never
// half.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace acc {

// A path for a message: printable, in single quotes.
std::string Quoted(const std::filesystem::path& path);

// The whole file. Fails for a missing or unreadable file, a directory, or one above `max_bytes`.
Result<std::string> ReadFile(const std::filesystem::path& path,
                             std::uint64_t max_bytes = std::uint64_t{1} << 34);

// Writes a new file or replaces an old one. A failure (read-only folder, full disk) names the path
// and the reason, and leaves no partial file behind.
Status WriteFile(const std::filesystem::path& path, std::span<const std::byte> content);
Status WriteFile(const std::filesystem::path& path, std::string_view content);

// A new file, or an old one replaced, written piece by piece.
class FileWriter {
 public:
  static Result<FileWriter> Create(const std::filesystem::path& path);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  // Removes the file unless Close() succeeded.
  ~FileWriter();

  Status Append(std::span<const std::byte> content);
  // A failure to store what was appended may show here only.
  Status Close();

 private:
  FileWriter(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  void Discard();

  std::filesystem::path path_;
  int fd_ = -1;
};

// Writes beside `path` first and renames: an interruption leaves the old content.
Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content);
// Of content that lies in pieces, which follow each other in the file.
Status WriteFileAtomically(const std::filesystem::path& path,
                           std::span<const std::string_view> pieces);

// Creates the folder and its parents; one that is there already is fine.
Status CreateFolders(const std::filesystem::path& path);

// A file mapped read-only for as long as the object lives. An empty file maps to an empty span.
class MappedFile {
 public:
  static Result<MappedFile> Open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedFile() = default;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// Gives the memory of these bytes back to the system where they are some of a mapped file's; they
// come back when they are read. For bytes that were read once and for all. Thread-safe.
void ReleaseMemory(std::span<const std::byte> bytes);

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/raw_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace acc {
namespace {

Status ReadFailure(const std::filesystem::path& path, std::string_view reason) {
  return Failure(fmt::format("cannot read tensor file '{}': {}", Printable(path.string()), reason));
}

}  // namespace

Result<RawFile> RawFile::Open(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return ReadFailure(path, std::strerror(errno));
  }
  RawFile file(descriptor, path);
  struct stat info = {};
  if (fstat(descriptor, &info) != 0) {
    return ReadFailure(path, std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) {
    return ReadFailure(path, "it is not a regular file");
  }
  if (info.st_size % static_cast<off_t>(sizeof(float)) != 0) {
    return ReadFailure(
        path, fmt::format("its size, {} bytes, is no multiple of 4; float32 values are expected",
                          info.st_size));
  }
  file.count_ = static_cast<std::uint64_t>(info.st_size) / sizeof(float);
  return file;
}

RawFile::RawFile(RawFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      count_(other.count_),
      path_(std::move(other.path_)) {}

RawFile& RawFile::operator=(RawFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(count_, other.count_);
  std::swap(path_, other.path_);
  return *this;
}

RawFile::~RawFile() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

Status RawFile::Read(std::uint64_t first, std::span<float> values) const {
  std::span<std::byte> rest = std::as_writable_bytes(values);
  auto offset = static_cast<off_t>(first * sizeof(float));
  while (!rest.empty()) {
    const ssize_t done = pread(descriptor_, rest.data(), rest.size(), offset);
    if (done < 0 && errno == EINTR) {
      continue;
    }
    if (done < 0) {
      return ReadFailure(path_, std::strerror(errno));
    }
    if (done == 0) {
      return ReadFailure(path_, "it became shorter while it was read; let its writer finish first");
    }
    rest = rest.subspan(static_cast<std::size_t>(done));
    offset += done;
  }
  return OkStatus();
}

}  // namespace acc

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

// The stored elements lie at the end of `values`: each is read before a value takes its place.
template <typename Stored>
void Widen(const RawFormat& format, std::span<float> values) {
  const std::byte* stored =
      std::as_bytes(values).data() + values.size() * (sizeof(float) - sizeof(Stored));
  for (std::size_t index = 0; index < values.size(); ++index) {
    Stored code;
    std::memcpy(&code, stored + index * sizeof code, sizeof code);
    values[index] = static_cast<float>(format.scale * (code + format.offset));
  }
}

}  // namespace

Result<RawFile> RawFile::Open(const std::filesystem::path& path, RawFormat format) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return ReadFailure(path, std::strerror(errno));
  RawFile file(descriptor, format, path);
  struct stat info = {};
  if (fstat(descriptor, &info) != 0) return ReadFailure(path, std::strerror(errno));
  if (!S_ISREG(info.st_mode)) return ReadFailure(path, "it is not a regular file");
  const std::uint64_t element_size = ByteSize(format.type, 1);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size % element_size != 0) {
    return ReadFailure(
        path, fmt::format("its size, {} bytes, is no multiple of {}; {} values are expected", size,
                          element_size, Name(format.type)));
  }
  file.count_ = size / element_size;
  return file;
}

RawFile::RawFile(RawFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      format_(other.format_),
      count_(other.count_),
      path_(std::move(other.path_)) {}

RawFile& RawFile::operator=(RawFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(format_, other.format_);
  std::swap(count_, other.count_);
  std::swap(path_, other.path_);
  return *this;
}

RawFile::~RawFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status RawFile::Read(std::uint64_t first, std::span<float> values) const {
  const std::uint64_t element_size = ByteSize(format_.type, 1);
  const auto bytes = std::as_writable_bytes(values).last(values.size() * element_size);
  ACC_RETURN_IF_ERROR(ReadBytes(first * element_size, bytes));
  switch (format_.type) {
    case ElementType::kInt8: Widen<std::int8_t>(format_, values); break;
    case ElementType::kUint8: Widen<std::uint8_t>(format_, values); break;
    case ElementType::kInt16: Widen<std::int16_t>(format_, values); break;
    case ElementType::kUint16: Widen<std::uint16_t>(format_, values); break;
    default: break;
  }
  return OkStatus();
}

Status RawFile::ReadBytes(std::uint64_t first_byte, std::span<std::byte> rest) const {
  auto offset = static_cast<off_t>(first_byte);
  while (!rest.empty()) {
    const ssize_t done = pread(descriptor_, rest.data(), rest.size(), offset);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return ReadFailure(path_, std::strerror(errno));
    if (done == 0) {
      return ReadFailure(path_, "it became shorter while it was read; let its writer finish first");
    }
    rest = rest.subspan(static_cast<std::size_t>(done));
    offset += done;
  }
  return OkStatus();
}

}  // namespace acc

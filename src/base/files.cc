// SPDX-License-Identifier: BSD-3-Clause
#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include "base/temporary_file.h"
#include "base/text.h"

namespace acc {
namespace {

std::string Reason(int error) { return std::generic_category().message(error); }

Status ReadFailure(const std::filesystem::path& path, std::string_view reason) {
  return Failure(fmt::format("cannot read {}: {}", Quoted(path), reason));
}

// What the user can do about a file that cannot be written.
std::string_view NextStep(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return "Free some space or choose another --working_dir.";
    case EROFS:
    case EACCES:
    case EPERM: return "Choose a --working_dir that you may write to.";
    case EMFILE:
    case ENFILE: return "Raise the limit of open files (ulimit -n).";
    default: return "Check the path or choose another --working_dir.";
  }
}

Status WriteFailure(const std::filesystem::path& path, int error) {
  return Failure(
      fmt::format("cannot write {}: {}. {}", Quoted(path), Reason(error), NextStep(error)));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

struct OpenedFile {
  int fd;
  std::uint64_t size;
};

// Opens a regular file. O_NONBLOCK keeps a named pipe from blocking before it is refused.
Result<OpenedFile> OpenRegular(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return ReadFailure(path, Reason(errno));
  struct stat info {};
  const bool known = fstat(fd, &info) == 0;
  if (known && S_ISREG(info.st_mode))
    return OpenedFile{fd, static_cast<std::uint64_t>(info.st_size)};
  const std::string reason = !known                  ? Reason(errno)
                             : S_ISDIR(info.st_mode) ? "it is a directory"
                                                     : "it is not a regular file";
  close(fd);
  return ReadFailure(path, reason);
}

// Writes all bytes; the error number of the first failure, or 0.
int WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// A device such as /dev/null is not taken away, a half-written file is.
void RemovePartial(const std::filesystem::path& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) unlink(path.c_str());
}

int OpenForWriting(const std::filesystem::path& path, int extra_flags) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | extra_flags, 0666);
}

Status WriteNew(const std::filesystem::path& path, std::span<const std::string_view> pieces,
                int extra_flags) {
  const int fd = OpenForWriting(path, extra_flags);
  if (fd < 0) return WriteFailure(path, errno);
  int write_error = 0;
  for (const std::string_view piece : pieces) {
    if (write_error == 0) write_error = WriteAll(fd, piece);
  }
  const int close_error = close(fd) == 0 ? 0 : errno;
  const int error = write_error != 0 ? write_error : close_error;
  if (error == 0) return OkStatus();
  RemovePartial(path);
  return WriteFailure(path, error);
}

// Where files are mapped: only those pages can be dropped without losing what they hold.
class MappedRanges {
 public:
  static MappedRanges& All() {
    static MappedRanges ranges;
    return ranges;
  }

  void Add(std::span<const std::byte> range) {
    const std::scoped_lock lock(mutex_);
    ends_[range.data()] = range.data() + range.size();
  }
  void Remove(std::span<const std::byte> range) {
    const std::scoped_lock lock(mutex_);
    ends_.erase(range.data());
  }
  bool Contain(std::span<const std::byte> bytes) {
    const std::scoped_lock lock(mutex_);
    const auto next = ends_.upper_bound(bytes.data());
    return next != ends_.begin() && bytes.data() + bytes.size() <= std::prev(next)->second;
  }

 private:
  std::mutex mutex_;
  std::map<const std::byte*, const std::byte*, std::less<>> ends_;  // By where they begin.
};

}  // namespace

std::string Quoted(const std::filesystem::path& path) {
  return fmt::format("'{}'", Printable(path.native()));
}

Result<std::string> ReadFile(const std::filesystem::path& path, std::uint64_t max_bytes) {
  ACC_ASSIGN_OR_RETURN(const OpenedFile opened, OpenRegular(path));
  const FileDescriptor file(opened.fd);
  if (opened.size > max_bytes) {
    return ReadFailure(path, fmt::format("it has {} bytes, which is more than the {} allowed here",
                                         opened.size, max_bytes));
  }
  // One more byte than is there: the read that finds the end then needs no larger string.
  std::string content(opened.size + 1, '\0');
  std::size_t done = 0;
  while (true) {
    // Files of /proc have size 0 and still content; a file may also grow while it is read.
    if (done == content.size()) content.resize(done + std::max<std::size_t>(4096, done / 8));
    const ssize_t got = read(file.get(), content.data() + done, content.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ReadFailure(path, Reason(errno));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    if (done > max_bytes) return ReadFailure(path, "it grew while it was read");
  }
  content.resize(done);
  return content;
}

Status WriteFile(const std::filesystem::path& path, std::span<const std::byte> content) {
  return WriteFile(path, {reinterpret_cast<const char*>(content.data()), content.size()});
}

Status WriteFile(const std::filesystem::path& path, std::string_view content) {
  return WriteNew(path, {&content, 1}, 0);
}

Result<FileWriter> FileWriter::Create(const std::filesystem::path& path) {
  const int fd = OpenForWriting(path, 0);
  if (fd < 0) return WriteFailure(path, errno);
  return FileWriter(path, fd);
}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

FileWriter::~FileWriter() {
  if (fd_ >= 0) Discard();
}

void FileWriter::Discard() {
  close(std::exchange(fd_, -1));
  RemovePartial(path_);
}

Status FileWriter::Append(std::span<const std::byte> content) {
  const int error = WriteAll(fd_, {reinterpret_cast<const char*>(content.data()), content.size()});
  if (error == 0) return OkStatus();
  Discard();
  return WriteFailure(path_, error);
}

Status FileWriter::Close() {
  if (close(std::exchange(fd_, -1)) == 0) return OkStatus();
  const int error = errno;
  RemovePartial(path_);
  return WriteFailure(path_, error);
}

Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content) {
  return WriteFileAtomically(path, {&content, 1});
}

Status WriteFileAtomically(const std::filesystem::path& path,
                           std::span<const std::string_view> pieces) {
  TemporaryFile temporary = TemporaryFile::Beside(path);
  if (const Status written = WriteNew(temporary.path(), pieces, O_EXCL); !written.ok()) {
    return written.WithContext(fmt::format("writing {}", Quoted(path)));
  }
  const int error = temporary.MoveTo(path);
  return error == 0 ? OkStatus() : WriteFailure(path, error);
}

Status CreateFolders(const std::filesystem::path& path) {
  std::error_code error;
  if (path.empty()) return OkStatus();
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path, error)) {
    const int number = error ? error.value() : ENOTDIR;
    return Failure(fmt::format("cannot create the folder {}: {}. {}", Quoted(path), Reason(number),
                               NextStep(number)));
  }
  return OkStatus();
}

Result<MappedFile> MappedFile::Open(const std::filesystem::path& path) {
  ACC_ASSIGN_OR_RETURN(const OpenedFile opened, OpenRegular(path));
  const FileDescriptor file(opened.fd);
  MappedFile mapped;
  if (opened.size == 0) return Result<MappedFile>(std::move(mapped));
  void* data = mmap(nullptr, opened.size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) return ReadFailure(path, Reason(errno));
  mapped.data_ = static_cast<const std::byte*>(data);
  mapped.size_ = opened.size;
  MappedRanges::All().Add(mapped.bytes());
  return Result<MappedFile>(std::move(mapped));
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  MappedRanges::All().Remove(bytes());
  munmap(const_cast<std::byte*>(data_), size_);
}

void ReleaseMemory(std::span<const std::byte> bytes) {
  if (!MappedRanges::All().Contain(bytes)) return;
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  const std::uintptr_t first = (begin + page - 1) / page * page;
  const std::uintptr_t last = (begin + bytes.size()) / page * page;
  if (first < last) {
    madvise(const_cast<std::byte*>(bytes.data()) + (first - begin), last - first, MADV_DONTNEED);
  }
}

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
#include "store/run_mark.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/text.h"

namespace acc::store {
namespace {

namespace fs = std::filesystem;

std::string LastError() { return std::generic_category().message(errno); }

// File systems of some networks have no locks; there a run is only marked.
bool MeansNoLocksHere(int error) { return error == ENOLCK || error == EOPNOTSUPP; }

// Whether the open file is still the one of this name: another run may have ended and removed it.
bool IsNamed(int fd, const fs::path& path) {
  struct stat open_file {};
  struct stat named {};
  return fstat(fd, &open_file) == 0 && lstat(path.c_str(), &named) == 0 &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

bool IsLocked(const fs::path& mark) {
  const int fd = open(mark.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return false;
  const bool locked = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(fd);
  return locked;
}

}  // namespace

Result<RunMark> RunMark::Claim(const fs::path& folder) {
  constexpr int kMaxTries = 100;
  RunMark mark;
  mark.path_ = folder / kRunMark;
  for (int number = 0; number < kMaxTries; ++number) {
    mark.fd_ = open(mark.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (mark.fd_ < 0) {
      return Failure(fmt::format("cannot write {}: {}", Quoted(mark.path_), LastError()));
    }
    if (flock(mark.fd_, LOCK_EX | LOCK_NB) != 0 && !MeansNoLocksHere(errno)) {
      return Failure(
          fmt::format("another run is writing into {} now. Wait for its end or choose another "
                      "--output_dirname.",
                      Quoted(folder)));
    }
    if (IsNamed(mark.fd_, mark.path_)) break;
    close(std::exchange(mark.fd_, -1));
  }
  struct stat found {};
  mark.was_there_ = fstat(mark.fd_, &found) == 0 && found.st_size > 0;
  return Result<RunMark>(std::move(mark));
}

Status RunMark::Set() const {
  const std::string process = fmt::format("{}\n", getpid());
  if (pwrite(fd_, process.data(), process.size(), 0) == static_cast<ssize_t>(process.size())) {
    return OkStatus();
  }
  return Failure(fmt::format("cannot write {}: {}", Quoted(path_), LastError()));
}

Result<RunMark> RunMark::Take(const fs::path& folder) {
  ACC_ASSIGN_OR_RETURN(RunMark mark, Claim(folder));
  ACC_RETURN_IF_ERROR(mark.Set());
  return Result<RunMark>(std::move(mark));
}

RunMark::RunMark(RunMark&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      was_there_(other.was_there_) {}

RunMark& RunMark::operator=(RunMark&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(was_there_, other.was_there_);
  return *this;
}

RunMark::~RunMark() {
  if (fd_ >= 0) close(fd_);
}

void RunMark::Remove() {
  if (fd_ < 0) return;
  unlink(path_.c_str());
  close(std::exchange(fd_, -1));
}

Status CheckWhole(const fs::path& results) {
  std::error_code error;
  fs::path folder = fs::canonical(results, error);
  if (error) return OkStatus();  // What is not there is for others to tell.
  // <run>/output/Result_N
  for (int level = 0; level < 3; ++level, folder = folder.parent_path()) {
    const fs::path mark = folder / kRunMark;
    if (!fs::is_regular_file(fs::symlink_status(mark, error))) continue;
    if (IsLocked(mark)) {
      return Failure(fmt::format("{} is being written by a run that goes on. Wait for its end.",
                                 Quoted(folder)));
    }
    if (fs::is_empty(mark, error)) continue;
    return Failure(fmt::format(
        "{} is of a run that did not end: it failed or was interrupted, and tensors may be "
        "missing or cut. Make the run again, or remove {} to use what is there.",
        Quoted(folder), Quoted(mark)));
  }
  return OkStatus();
}

}  // namespace acc::store

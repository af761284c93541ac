// SPDX-License-Identifier: BSD-3-Clause
#include "base/temporary_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <mutex>
#include <set>
#include <utility>

namespace acc {
namespace {

struct TemporaryPaths {
  std::mutex mutex;
  std::set<std::filesystem::path> paths;
};

// Never destroyed: the process may be ended while its static objects go.
TemporaryPaths& Temporaries() {
  static TemporaryPaths* temporaries = new TemporaryPaths;
  return *temporaries;
}

}  // namespace

// Hidden, and short: the file's own name may already be as long as names can be.
TemporaryFile TemporaryFile::Beside(const std::filesystem::path& path) {
  static std::atomic<unsigned> counter{0};
  return TemporaryFile(path.parent_path() / fmt::format(".acc-{}-{}.partial", getpid(), counter++));
}

TemporaryFile::TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {
  const std::scoped_lock lock(Temporaries().mutex);
  Temporaries().paths.insert(path_);
}

TemporaryFile::~TemporaryFile() {
  const std::scoped_lock lock(Temporaries().mutex);
  if (Temporaries().paths.erase(path_) > 0) unlink(path_.c_str());
}

int TemporaryFile::MoveTo(const std::filesystem::path& path) {
  const std::scoped_lock lock(Temporaries().mutex);
  if (rename(path_.c_str(), path.c_str()) != 0) return errno;
  Temporaries().paths.erase(path_);
  return 0;
}

void RemoveTemporaryFiles() {
  Temporaries().mutex.lock();  // For good.
  for (const std::filesystem::path& path : Temporaries().paths) unlink(path.c_str());
}

}  // namespace acc

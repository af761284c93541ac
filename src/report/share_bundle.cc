// SPDX-License-Identifier: BSD-3-Clause
#include "report/share_bundle.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "report/findings.h"
#include "report/report.h"

namespace acc::report {
namespace {

namespace fs = std::filesystem;

constexpr std::time_t kFirstZipDate = 315'532'800;  // 1980-01-01: the day says nothing of the run.

// Removes the folder when it goes out of scope.
class ScratchFolder {
 public:
  explicit ScratchFolder(fs::path path) : path_(std::move(path)) {}
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

 private:
  fs::path path_;
};

Status Failed(const fs::path& file, const std::string& reason) {
  return Failure(fmt::format("cannot make the bundle '{}': {}", Printable(file.native()), reason));
}

// An archive in memory: the library's own temporary file would stay where the process is killed.
class MemoryZip {
 public:
  MemoryZip() {
    zip_error_init(&error_);
    bytes_ = zip_source_buffer_create(nullptr, 0, 0, &error_);
    if (bytes_ == nullptr) return;
    zip_source_keep(bytes_);
    archive_ = zip_open_from_source(bytes_, ZIP_CREATE | ZIP_TRUNCATE, &error_);
    if (archive_ == nullptr) zip_source_free(bytes_);
  }
  MemoryZip(const MemoryZip&) = delete;
  MemoryZip& operator=(const MemoryZip&) = delete;
  ~MemoryZip() {
    if (archive_ != nullptr) zip_discard(archive_);
    if (bytes_ != nullptr) zip_source_free(bytes_);
    zip_error_fini(&error_);
  }

  // Null where there is none; Reason() tells why.
  zip_t* archive() const { return archive_; }
  std::string Reason() { return zip_error_strerror(&error_); }

  // Ends the archive; what it consists of, or nothing and the reason in `why`.
  std::optional<std::string> Close(std::string& why) {
    if (zip_close(archive_) != 0) {
      why = zip_strerror(archive_);
      return std::nullopt;
    }
    archive_ = nullptr;
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_source_stat(bytes_, &stat) == 0 && zip_source_open(bytes_) == 0) {
      std::string content(stat.size, '\0');
      const zip_int64_t got = zip_source_read(bytes_, content.data(), content.size());
      zip_source_close(bytes_);
      if (got == static_cast<zip_int64_t>(content.size())) return content;
    }
    why = zip_error_strerror(zip_source_error(bytes_));
    return std::nullopt;
  }

 private:
  zip_error_t error_{};
  zip_source_t* bytes_ = nullptr;
  zip_t* archive_ = nullptr;
};

std::vector<fs::path> FilesBelow(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool Add(zip_t* archive, const fs::path& file, const std::string& name) {
  zip_source_t* source = zip_source_file(archive, file.c_str(), 0, -1);
  if (source == nullptr) return false;
  const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return false;
  }
  return zip_file_set_mtime(archive, static_cast<zip_uint64_t>(index), kFirstZipDate, 0) == 0;
}

Status Pack(const fs::path& file, const fs::path& folder) {
  MemoryZip zip;
  if (zip.archive() == nullptr) return Failed(file, zip.Reason());
  const fs::path top = file.stem();
  for (const fs::path& packed : FilesBelow(folder)) {
    const std::string name = (top / packed.lexically_relative(folder)).generic_string();
    if (!Add(zip.archive(), packed, name)) return Failed(file, zip_strerror(zip.archive()));
  }
  std::string why;
  const auto content = zip.Close(why);
  return content ? WriteFileAtomically(file, *content) : Failed(file, why);
}

}  // namespace

Status WriteShareBundle(const fs::path& file, const Summary& anonymous, const fs::path& scratch) {
  const ScratchFolder folder(scratch);
  ACC_RETURN_IF_ERROR(CreateFolders(scratch));
  ACC_RETURN_IF_ERROR(WriteReport(scratch, anonymous, FindingsOf(anonymous)));
  return Pack(file, scratch);
}

}  // namespace acc::report

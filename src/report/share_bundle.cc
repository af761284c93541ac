// SPDX-License-Identifier: BSD-3-Clause
#include "report/share_bundle.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <ctime>
#include <memory>
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

// Drops what is not closed: the file is then as it was.
struct ZipDiscard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using ZipArchive = std::unique_ptr<zip_t, ZipDiscard>;

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
  return Failure(fmt::format("cannot write the bundle '{}': {}", Printable(file.native()), reason));
}

std::string ReasonOf(zip_error_t* error) {
  std::string reason = zip_error_strerror(error);
  zip_error_fini(error);
  return reason;
}

Result<ZipArchive> OpenZip(const fs::path& file) {
  int code = 0;
  zip_t* archive = zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (archive != nullptr) return ZipArchive(archive);
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  return Failed(file, ReasonOf(&error));
}

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
  ACC_ASSIGN_OR_RETURN(ZipArchive archive, OpenZip(file));
  const fs::path top = file.stem();
  for (const fs::path& packed : FilesBelow(folder)) {
    const std::string name = (top / packed.lexically_relative(folder)).generic_string();
    if (!Add(archive.get(), packed, name)) return Failed(file, zip_strerror(archive.get()));
  }
  if (zip_close(archive.get()) != 0) return Failed(file, zip_strerror(archive.get()));
  static_cast<void>(archive.release());
  return OkStatus();
}

}  // namespace

Status WriteShareBundle(const fs::path& file, const Summary& anonymous, const fs::path& scratch) {
  const ScratchFolder folder(scratch);
  ACC_RETURN_IF_ERROR(CreateFolders(scratch));
  ACC_RETURN_IF_ERROR(WriteReport(scratch, anonymous, FindingsOf(anonymous)));
  return Pack(file, scratch);
}

}  // namespace acc::report

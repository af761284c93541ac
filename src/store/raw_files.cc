// SPDX-License-Identifier: BSD-3-Clause
#include "store/raw_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <unordered_set>

#include "base/text.h"

namespace acc::store {

namespace fs = std::filesystem;

Result<std::vector<std::string>> FindRawFiles(const fs::path& run) {
  std::vector<std::string> files;
  std::error_code error;
  // A link to a parent would never end.
  fs::recursive_directory_iterator entry(run, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (entry->path().extension() == ".raw" && entry->is_regular_file(ignored)) {
      files.push_back(entry->path().lexically_relative(run).generic_string());
    }
  }
  if (error) {
    return Failure(fmt::format("cannot list '{}': {}", Printable(run.native()), error.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::vector<std::string>> UnlistedRawFiles(const fs::path& run, const Manifest& manifest) {
  std::error_code ignored;
  if (!fs::exists(run / "tensors.json", ignored)) return std::vector<std::string>();
  ACC_ASSIGN_OR_RETURN(std::vector<std::string> files, FindRawFiles(run));
  std::unordered_set<std::string> listed;
  for (const TensorRecord& record : manifest.tensors) {
    for (const std::string* file : {&record.file, &record.native_file, &record.plain_file}) {
      listed.insert(fs::path(*file).lexically_normal().generic_string());
    }
  }
  std::erase_if(files, [&](const std::string& file) { return listed.contains(file); });
  return files;
}

}  // namespace acc::store

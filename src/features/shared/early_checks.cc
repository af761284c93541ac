// SPDX-License-Identifier: BSD-3-Clause
#include "features/shared/early_checks.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "features/shared/run_folder.h"
#include "quantize/encodings_file.h"
#include "store/run_mark.h"

namespace acc::features {

namespace fs = std::filesystem;

Status CheckReadable(std::string_view flag, const fs::path& file) {
  if (file.empty()) return OkStatus();
  return MappedFile::Open(file).status().WithContext(fmt::format("--{}", flag));
}

Status CheckModel(const ModelOptions& model) {
  std::error_code ignored;
  if (!fs::is_directory(model.model_path, ignored)) {
    ACC_RETURN_IF_ERROR(CheckReadable("model_path", model.model_path));
  }
  for (const InputTensor& tensor : model.input_tensors) {
    ACC_RETURN_IF_ERROR(CheckReadable("input_tensor", tensor.raw_file));
  }
  return OkStatus();
}

Status CheckGoldens(std::string_view flag, const fs::path& given, const fs::path& working_dir) {
  const fs::path folder = Resolved(given, working_dir);
  std::error_code ignored;
  if (folder.empty()) return OkStatus();
  if (fs::is_directory(folder, ignored)) return store::CheckWhole(folder);
  return Failure(fmt::format("--{}: '{}' {}", flag, Printable(folder.native()),
                             fs::exists(folder, ignored) ? "is no folder" : "does not exist"));
}

Status CheckOverrides(const fs::path& path) {
  if (path.empty()) return OkStatus();
  std::vector<std::string> blockwise;
  return quantize::ReadOverrides(path, &blockwise).status();
}

}  // namespace acc::features

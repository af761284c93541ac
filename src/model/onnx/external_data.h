// SPDX-License-Identifier: BSD-3-Clause
// Tensor data that an ONNX model keeps in files of its own.
#pragma once

#include <onnx.pb.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/status.h"

namespace acc::model {

class ExternalData {
 public:
  // `model` is the model's file. A model that is a symbolic link may have its data beside the link
  // or beside the file it points to.
  explicit ExternalData(const std::filesystem::path& model);

  // The `size` bytes that `tensor` refers to. Fails for a file outside the model's folder, for one
  // that is missing or not regular, and for a range that the file does not hold.
  Result<std::vector<std::byte>> Read(const onnx::TensorProto& tensor, std::uint64_t size);

 private:
  Result<const MappedFile*> Open(const std::string& location);
  Result<std::filesystem::path> Resolve(const std::string& location) const;

  std::filesystem::path folder_;
  std::vector<std::filesystem::path> allowed_;  // Canonical.
  std::map<std::string, MappedFile> files_;     // By location.
};

}  // namespace acc::model

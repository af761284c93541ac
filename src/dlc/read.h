// SPDX-License-Identifier: BSD-3-Clause
// Reads DLC files: a ZIP archive of FlatBuffers, versions 3 (SNPE 1) and 4 (SNPE 2, QNN, QAIRT).
#pragma once

#include <filesystem>

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// Maps the file: the weights of stored (uncompressed) records are not copied. CRCs that are 0 are
// not checked, since Qualcomm's writers leave them out; others are. Unknown fields are ignored.
// Every offset and size is checked before it is used.
//
// Fails for a file that is missing, empty, truncated, encrypted, no DLC (saying what it is: an ONNX
// model, another ZIP archive, …), of version 2 or of an unknown one, for records that unpack to
// implausible sizes, for tensors whose bytes do not fit type and dims, and for a node that names a
// tensor the graph lacks. Never crashes or takes memory beyond the file's own size (and 1 GiB for
// packed records).
Result<Model> Read(const std::filesystem::path& path);

// The same for bytes in memory, which the caller keeps; `name` is for messages.
Result<Model> Read(std::span<const std::byte> file, const std::string& name);

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
// Writes DLC files of version 4.1, as QNN's serializer lays them out today.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// The file appears complete or not at all. The records are stored uncompressed, with their CRCs,
// which QNN's serializer leaves 0; weights lie in model.params.bin, whatever their size, and are
// not copied on their way. Fails where a static tensor has no data of its size.
Status Write(const Model& model, const std::filesystem::path& path);

}  // namespace acc::dlc

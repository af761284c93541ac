// SPDX-License-Identifier: BSD-3-Clause
// Writes DLC files of version 4.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// The file appears complete or not at all. The records are stored uncompressed with their CRCs, so
// that strict readers take them as well; weights lie inside model.params, where every reader looks.
// Fails where weights pass 2 GiB, which is FlatBuffers' bound, and where a static tensor has no
// data of its size.
Status Write(const Model& model, const std::filesystem::path& path);

}  // namespace acc::dlc

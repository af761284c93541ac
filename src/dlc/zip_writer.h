// SPDX-License-Identifier: BSD-3-Clause
// Writes a ZIP archive of stored records.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace acc::dlc {

struct RecordToWrite {
  std::string name;
  std::vector<std::string_view> pieces;  // Of the content.
};

// The file appears complete or not at all. The content of every record begins at a multiple of 8
// bytes, so that it can be used where it lies; all sizes are ZIP64's, whatever they are. The same
// records give the same bytes: all bear the first date that ZIP knows.
Status WriteZip(std::span<const RecordToWrite> records, const std::filesystem::path& path);

}  // namespace acc::dlc

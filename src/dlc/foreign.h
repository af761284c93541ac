// SPDX-License-Identifier: BSD-3-Clause
// Says of a file that is no DLC what it is instead.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "dlc/model.h"

namespace acc::dlc {

// Of a file that does not open as a ZIP archive, for `reason`: "it is empty …", "it is an ONNX
// model …". Ends with what to do.
std::string WhatFile(std::span<const std::byte> file, const std::string& reason);

// Of an archive without a graph, from the names of its records.
std::string WhatArchive(const std::vector<Record>& records);

}  // namespace acc::dlc

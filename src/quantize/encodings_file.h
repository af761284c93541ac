// SPDX-License-Identifier: BSD-3-Clause
// Writes encodings as AIMET does.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "quantize/quantize.h"

namespace acc::quantize {

// A file of version 0.6.1, which ReadOverrides reads back equal: an array of entries for each
// tensor, one for each channel. Entries of a per-channel encoding carry its "axis", which AIMET's
// own files do not. The file appears complete or not at all.
Status WriteEncodings(const std::filesystem::path& path, const Overrides& encodings);

}  // namespace acc::quantize

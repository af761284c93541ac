// SPDX-License-Identifier: BSD-3-Clause
// The reader of each version, behind Read().
#pragma once

#include <cstddef>
#include <span>

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// Records without the 8 bytes of their header; empty where the archive lacks them.
struct RecordBytes {
  std::span<const std::byte> model;     // A FlatBuffer of identifier NETD.
  std::span<const std::byte> params;    // One of identifier NETP, or NR64.
  std::span<const std::byte> external;  // "model.params.bin", which has no header.
};

// Appends the file's graphs to `model`, and to its notes. What it makes points into the records.
// CheckGraph() is left to the caller.
Status ReadVersion4(const RecordBytes& records, Model& model);

}  // namespace acc::dlc

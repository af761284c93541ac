// SPDX-License-Identifier: BSD-3-Clause
// The records "dlc.metadata…", which say how a file was made.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// Fills in the converter's command and version, unless an earlier record had them. Older files hold
// lines "key=value"; newer ones JSON, one record of its version and one of its history. Fails for
// JSON that does not parse.
Status TakeMetadata(std::span<const std::byte> record, const std::string& name, Model& model);

// Lines "key=value", for the record "dlc.metadata".
std::string MetadataLines(const Model& model);

}  // namespace acc::dlc

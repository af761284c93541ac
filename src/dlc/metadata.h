// SPDX-License-Identifier: BSD-3-Clause
// The records "dlc.metadata…", which say how a file was made.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// Fills in the converter's command and version, unless an earlier record had them. Older files hold
// lines "key=value"; newer ones JSON, one record of its version and one of its history. Fails for
// JSON that does not parse.
Status TakeMetadata(std::span<const std::byte> record, const std::string& name, Model& model);

// What the writer names its two records of metadata.
inline constexpr std::string_view kMetadataRecord = "dlc.metadata2.3.0";
inline constexpr std::string_view kHistoryRecord = "dlc.metadata.history.2.3.0";

// The content of kMetadataRecord: what it is, in JSON.
std::string Metadata(const Model& model);
// That of kHistoryRecord: the converter's command and version, in JSON. The command's form is
// "tool key=value;key=value", as TakeMetadata gives it.
std::string MetadataHistory(const Model& model);

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/foreign.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "model/file_kind.h"

namespace acc::dlc {
namespace {

struct RecordSign {
  std::string_view end;  // Of a record's name.
  std::string_view what;
};

constexpr RecordSign kRecordSigns[] = {
    {"[Content_Types].xml", "an Office document"},
    {"data.pkl", "a PyTorch model"},
    {"AndroidManifest.xml", "an Android package"},
    {"META-INF/MANIFEST.MF", "a Java archive"},
    {".mlmodel", "a Core ML model"},
    {".npy", "an archive of NumPy arrays"},
    {"model.params", "a DLC without its graph"},
};

constexpr std::string_view kZip = "PK\x03\x04";
constexpr std::string_view kNext = "Give a .dlc file that a converter of SNPE, QNN or QAIRT wrote";

}  // namespace

std::string WhatFile(std::span<const std::byte> file, const std::string& reason) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (text.empty()) return fmt::format("it is empty. {}", kNext);
  if (text.starts_with(kZip)) {
    return fmt::format(
        "it is a ZIP archive, but a truncated or damaged one ({}). Copy the file "
        "again",
        reason);
  }
  if (const auto kind = model::KindOf(text)) return fmt::format("it is {}. {}", kind->what, kNext);
  return fmt::format("it is no ZIP archive, which every DLC is. {}", kNext);
}

std::string WhatArchive(const std::vector<Record>& records) {
  for (const RecordSign& sign : kRecordSigns) {
    const bool there = std::ranges::any_of(
        records, [&](const Record& record) { return record.name.ends_with(sign.end); });
    if (there) return fmt::format("it is {}. {}", sign.what, kNext);
  }
  if (records.empty()) return fmt::format("it is a ZIP archive without content. {}", kNext);
  return fmt::format("it is a ZIP archive without a record 'model', with '{}' and {} more. {}",
                     Printable(records.front().name), records.size() - 1, kNext);
}

}  // namespace acc::dlc

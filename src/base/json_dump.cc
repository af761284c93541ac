// SPDX-License-Identifier: BSD-3-Clause
#include "base/json_dump.h"

#include <fmt/format.h>

#include <cstddef>

namespace acc {
namespace {

constexpr unsigned char kDelete = 0x7F;
constexpr unsigned char kLead = 0xC2;  // Of U+0080 to U+00BF, in UTF-8.
constexpr unsigned char kFirstAfter = 0xA0;

}  // namespace

std::string DumpJson(const Json& json, int indent) {
  const std::string text = json.dump(indent, ' ', false, Json::error_handler_t::replace);
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
    if (byte == kDelete) {
      escaped += "\\u007f";
    } else if (byte == kLead && next < kFirstAfter) {
      escaped += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      escaped += text[i];
    }
  }
  return escaped;
}

}  // namespace acc

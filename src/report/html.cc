// SPDX-License-Identifier: BSD-3-Clause
#include "report/html.h"

#include <fmt/format.h>

#include <cctype>

#include "base/text.h"

namespace acc::report {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::string_view Entity(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

}  // namespace

std::string ShortName(std::string_view name, std::size_t max_bytes) {
  std::string text = Printable(name);
  if (text.size() <= max_bytes) return text;
  std::size_t head = max_bytes / 3;
  std::size_t tail = text.size() - (max_bytes - head);
  while (head > 0 && IsContinuation(text[head])) --head;
  while (tail < text.size() && IsContinuation(text[tail])) ++tail;
  return text.substr(0, head) + "…" + text.substr(tail);
}

std::string EscapeHtml(std::string_view text) {
  const std::string printable = Printable(text);
  std::string escaped;
  escaped.reserve(printable.size() + printable.size() / 8);
  for (const char c : printable) {
    const std::string_view entity = Entity(c);
    if (entity.empty()) {
      escaped += c;
    } else {
      escaped += entity;
    }
  }
  return escaped;
}

std::string EncodePath(std::string_view path) {
  std::string encoded;
  encoded.reserve(path.size());
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 128 &&
        (std::isalnum(byte) != 0 || std::string_view("-_.~/").find(c) != std::string_view::npos)) {
      encoded += c;
    } else {
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", byte);
    }
  }
  return encoded;
}

std::string EscapeScript(std::string_view json) {
  std::string escaped;
  escaped.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string_view rest = json.substr(i);
    if (rest.starts_with("\u2028") || rest.starts_with("\u2029")) {
      escaped += rest.starts_with("\u2028") ? "\\u2028" : "\\u2029";
      i += 2;
    } else if (json[i] == '<') {
      escaped += "\\u003c";
    } else {
      escaped += json[i];
    }
  }
  return escaped;
}

}  // namespace acc::report

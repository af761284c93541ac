// SPDX-License-Identifier: BSD-3-Clause
// Text for pages: what strangers wrote is escaped, encoded and shortened.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace acc::report {

template <typename... Args>
void Append(std::string& html, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(html), format, std::forward<Args>(args)...);
}

// Printable UTF-8 of at most about `max_bytes`, with "…" where it was cut; the end is kept, because
// names of layers differ there.
std::string ShortName(std::string_view name, std::size_t max_bytes);

// Text for HTML content and quoted attributes: & < > " ' become entities, control characters and
// bad UTF-8 become \xNN.
std::string EscapeHtml(std::string_view text);

// A relative path as a link: every byte but letters, digits, "-", "_", ".", "~" and "/" as %XX.
std::string EncodePath(std::string_view path);

// JSON text made safe inside <script>: "<" and the line separators of JavaScript as \uXXXX.
std::string EscapeScript(std::string_view json);

}  // namespace acc::report

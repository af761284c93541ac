// SPDX-License-Identifier: BSD-3-Clause
// Text for pages: what strangers wrote is escaped, encoded and shortened.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace acc::report {

// HTML that this program made.
struct Html {
  std::string text;
};

// Text for HTML content and quoted attributes: & < > " ' become entities, control characters and
// bad UTF-8 become \xNN.
std::string EscapeHtml(std::string_view text);

// What Append() makes of an argument: strings may come from anywhere and are escaped; numbers, Html
// and literals, which are written here, go as they are.
template <typename T>
decltype(auto) Escaped(const T& value) {
  using Decayed = std::decay_t<T>;
  if constexpr (std::is_same_v<Decayed, Html>) {
    return std::string_view(value.text);
  } else if constexpr (std::is_same_v<Decayed, std::string> ||
                       std::is_same_v<Decayed, std::string_view>) {
    return EscapeHtml(value);
  } else {
    return value;
  }
}
template <typename T>
using EscapedType = decltype(Escaped(std::declval<const T&>()));

// The one place where values become HTML: `format` is HTML, its arguments go through Escaped().
template <typename... Args>
void Append(std::string& html, fmt::format_string<EscapedType<Args>...> format,
            const Args&... args) {
  fmt::format_to(std::back_inserter(html), format, Escaped(args)...);
}
template <typename... Args>
Html FormatHtml(fmt::format_string<EscapedType<Args>...> format, const Args&... args) {
  return {fmt::format(format, Escaped(args)...)};
}

// Printable UTF-8 of at most about `max_bytes`, with "…" where it was cut; the end is kept, because
// names of layers differ there.
std::string ShortName(std::string_view name, std::size_t max_bytes);

// A relative path as a link: every byte but letters, digits, "-", "_", ".", "~" and "/" as %XX.
std::string EncodePath(std::string_view path);

// JSON text made safe inside <script>: "<" and the line separators of JavaScript as \uXXXX.
std::string EscapeScript(std::string_view json);

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
// ONNX Runtime's messages without what only its makers read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace acc::ort {

// One line, printable, without source files, function signatures, stack traces and codes of errors:
// "/src/a.cc:12 Status N::F(int) const x > 0 was false. No room.\n" becomes "No room."
std::string PlainMessage(std::string_view message);

// What stands between `before` and `after`, or to the end where the latter is not there, from
// `from` on, which moves behind it. Nothing without `before`.
std::optional<std::string_view> Between(std::string_view text, std::string_view before,
                                        std::string_view after, std::size_t& from);
std::optional<std::string_view> Between(std::string_view text, std::string_view before,
                                        std::string_view after);

// A name that the runtime gave to a node which it put in another's place, as that other's:
// "conv" of "conv_token_12". Other names stay.
std::string_view WithoutToken(std::string_view name);

}  // namespace acc::ort

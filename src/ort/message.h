// SPDX-License-Identifier: BSD-3-Clause
// ONNX Runtime's messages without what only its makers read.
#pragma once

#include <string>
#include <string_view>

namespace acc::ort {

// One line, printable, without source files, function signatures, stack traces and codes of errors:
// "/src/a.cc:12 Status N::F(int) const x > 0 was false. No room.\n" becomes "No room."
std::string PlainMessage(std::string_view message);

}  // namespace acc::ort

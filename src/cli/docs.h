// SPDX-License-Identifier: BSD-3-Clause
// The pages of docs/ that are made from tables. `docs_generator docs` writes them, and a test
// compares the committed ones with what these functions return.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace acc::cli {

struct DocumentInfo {
  std::string_view file;  // In docs/.
  std::string (*text)();
};

std::span<const DocumentInfo> Documents();

}  // namespace acc::cli

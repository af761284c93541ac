// SPDX-License-Identifier: BSD-3-Clause
// Paths that a file of a run names, and that must not leave the run.
#pragma once

#include <string_view>

namespace acc::store {

// Whether `path`, relative to a folder, names something below it: not empty, not absolute, without
// "..", "." and empty components and without NUL. Symbolic links are not looked at.
bool StaysInside(std::string_view path);

}  // namespace acc::store

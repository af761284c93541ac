// SPDX-License-Identifier: BSD-3-Clause
// Which libraries of others this program would run, for --version --verbose.
#pragma once

#include <string>
#include <vector>

namespace acc::features {

// One line for each library of the tables of frameworks and engines: name, version and file, or why
// it cannot be opened and how to get it. Opens them all.
std::vector<std::string> LibraryLines();

}  // namespace acc::features

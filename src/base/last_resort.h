// SPDX-License-Identifier: BSD-3-Clause
// What happens where an exception can go no further: memory that runs out in a destructor, in a
// thread of a runtime, or in a function of a library that promises not to throw.
#pragma once

#include <string>

namespace acc {

// From now on that ends the process with exit code 3, without its temporary files, after one line:
// `out_of_memory` where any memory was refused, otherwise the exception's text between `before` and
// `after`.
void InstallLastResort(std::string out_of_memory, std::string before, std::string after);

}  // namespace acc

// SPDX-License-Identifier: BSD-3-Clause
// Operators that the HTP computes wrongly without a word, or fails to with a word that does not
// tell which one it is.
#pragma once

#include <string>
#include <vector>

#include "target/program.h"

namespace acc::target {

// One sentence or more for each node of the program whose result on the HTP was seen to be wrong,
// or to fail, in this form: which node, what is wrong, what to do instead.
std::vector<std::string> HtpHazards(const Program& program);

}  // namespace acc::target

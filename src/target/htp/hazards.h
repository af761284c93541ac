// SPDX-License-Identifier: BSD-3-Clause
// Operators that the HTP computes wrongly without a word, or fails to with a word that does not
// tell which one it is.
#pragma once

#include <vector>

#include "target/engine.h"
#include "target/program.h"

namespace acc::target {

// Each node of the program whose result on the HTP was seen to be wrong, or to fail, in this form.
// Without the dims of tensors, so that some are right for the dims at hand: an isolated run tells.
std::vector<Hazard> HtpHazards(const Program& program);

}  // namespace acc::target

// SPDX-License-Identifier: BSD-3-Clause
// Nodes that the HTP did not take, in sentences.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "target/engine.h"

namespace acc::target {

// The nodes that the CPU computed, one sentence for each operator and reason, in the order of the
// first: "3 Erf ('a', 'b', 'c'): operators of this kind are not supported". Printable.
std::vector<std::string> GroupedRefusals(std::span<const NodePlace> places);

}  // namespace acc::target

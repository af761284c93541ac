// SPDX-License-Identifier: BSD-3-Clause
// What a node must read before anybody asks for the dims of its inputs.
#pragma once

#include "model/graph.h"

namespace acc::dlc {

// Whether the node has an output, as many inputs as its operator cannot do without (one, where it
// is not known here), and a name for each unless ONNX lets an input of it be left out: what a
// runtime would have checked.
bool HasNeededInputs(const model::Node& node);

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
// Loops that run a number of times that the file tells, written out: recurrent layers, as today's
// converter writes them. Branches, written out as well.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/status.h"

namespace acc::model::tflite {

// Of verified `model`, a file in whose first subgraph each WHILE gives way to its body's operators,
// once for each step, and each IF to those of its branches. What steps make is named
// "<name>/step_<number>", from 0, and what branches make "<name>/then" and "<name>/else"; what the
// operator makes keeps its name where the last step makes it, and is otherwise what the loop was
// given. An IF whose condition is a constant is the branch taken; of others both branches run, and
// SELECT_V2 chooses, where it does no harm to run one that is not taken.
//
// Empty where nothing can be written out: a loop's condition has to follow from constants and
// counters within kMostSteps steps, and all data have to lie in the FlatBuffer. Fails for subgraphs
// that name what they do not have, and where the file asks for far more memory than its own
// `file_bytes`.
Result<std::vector<std::byte>> WithControlFlowInlined(const ::tflite::Model& model,
                                                      std::uint64_t file_bytes);

inline constexpr int kMostSteps = 1024;

}  // namespace acc::model::tflite

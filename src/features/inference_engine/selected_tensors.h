// SPDX-License-Identifier: BSD-3-Clause
// The '#' and '%' lines of an input list: the layers and tensors that are wanted of the target.
#pragma once

#include <set>
#include <string>

#include "base/status.h"
#include "features/target_run/target_run.h"
#include "store/input_list.h"

namespace acc::features {

// The target's tensors that the list selects: outputs of the layers after '#', and the tensors
// after
// '%', by the name of either side in any spelling that match accepts. A name after '#' that is no
// layer's may be a tensor's, and the reverse. Empty where the list has no such line. Fails for a
// name of neither (with a suggestion), and where the target stores none of what is selected.
Result<std::set<std::string>> SelectedTensors(const store::InputList& list,
                                              const TargetModel& model);

}  // namespace acc::features

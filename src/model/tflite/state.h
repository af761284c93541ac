// SPDX-License-Identifier: BSD-3-Clause
// States that a TensorFlow Lite model keeps from one run to the next in resource variables, as
// streaming models do.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/ends.h"
#include "model/tflite/file.h"

namespace acc::model::tflite {

// Where a variable's value comes from when it is read.
struct StateValue {
  // The subgraph that sets the initial value, or 0 for the main one; -1 for zeros.
  std::int32_t graph = -1;
  std::int32_t tensor = -1;
};

// What the first subgraph does with variables in one run from the initial state. Tensors are its
// indices.
struct StatePlan {
  std::map<std::int32_t, StateValue> reads;  // By what READ_VARIABLE makes.
  std::vector<std::int32_t> next;            // The last value that each variable is assigned.
};

// Empty for a model without variables. Fails where more than VAR_HANDLE, READ_VARIABLE,
// ASSIGN_VARIABLE and CALL_ONCE of constants touches them, saying what.
Result<StatePlan> PlanState(const ::tflite::Model& model);

// The names of its reads of the initial state, and of the next values that the run computes; none
// where PlanState fails.
StateTensors StateOf(const File& file);

// The file with the variables' operators gone: what is read first is a constant, the variable's
// initial value; what is read after an assignment is the tensor assigned; the next values are
// outputs besides the file's own. Tensors keep their indices. A file without variables is returned
// as it is. Fails as PlanState does, and for a file that cannot be copied.
Result<File> WithoutState(File file);

}  // namespace acc::model::tflite

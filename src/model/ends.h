// SPDX-License-Identifier: BSD-3-Clause
// Which part of a model is read, and what a reader says of what it leaves out.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tensor/shape.h"
#include "tensor/value_info.h"

namespace acc::model {

// What inputs in the middle of a model leave out.
struct Cut {
  std::vector<std::string> at = {};  // The inner tensors that are inputs; empty for a whole model.
  std::size_t nodes = 0;             // That would run if these were not given.
};

// Tensors of a model that keeps a state from one run to the next, as one run from its initial state
// sees them.
struct StateTensors {
  std::vector<std::string> initial = {};  // What is read of it: constants of the graph.
  std::vector<std::string> next = {};     // What it is afterwards.
};

// What of a model is wanted, by names that it may not have; a trailing ":0" more or less is
// tolerated. Formats that declare their inputs and outputs are read whole, unless an input is a
// tensor that a node makes: then the model begins there, and ends at `outputs`, if any are named.
struct Ends {
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  std::map<std::string, Shape> dims =
      {};  // Of inputs, by the same names, for what files leave open.
  // Of inner tensors whose type the file leaves open.
  std::map<std::string, ValueInfo> types = {};
  // Where not null, these get what is left out, and the state.
  Cut* cut = nullptr;
  StateTensors* state = nullptr;
};

}  // namespace acc::model

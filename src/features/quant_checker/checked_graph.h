// SPDX-License-Identifier: BSD-3-Clause
// A converted graph as the checker sees it: the tensors that quantization can spoil, and the
// operators that read or make them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "convert/convert.h"
#include "inspect/value_facts.h"

namespace acc::features {

// An operator, as reports call it.
struct CheckedOperator {
  std::string name;  // The node's, or else its first output's.
  std::string type;
};

// A weight, bias or other constant that is read as data.
struct CheckedParam {
  std::string tensor;
  CheckedOperator reader;  // The first of them.
  bool is_bias = false;
  std::optional<int> channel_axis;  // That the target can quantize along.
  // The reader's output, and that of its only consumer, into which the target may fuse it.
  std::vector<std::string> effects;
  inspect::ValueFacts facts;
};

struct CheckedGraph {
  convert::TargetGraph target;
  std::vector<CheckedParam> params;              // In the order of their first readers.
  std::map<std::string, CheckedOperator> maker;  // Of each activation; "Input" for graph inputs.
};

// With the facts of all params.
CheckedGraph CheckedGraphOf(convert::TargetGraph target, const inspect::WantedFacts& wanted);

}  // namespace acc::features

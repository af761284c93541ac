// SPDX-License-Identifier: BSD-3-Clause
#include <string>
#include <vector>

#include "convert/state.h"

namespace acc::convert {

Status DivideReciprocals(State& state) {
  if (!state.options.for_htp) return OkStatus();
  for (model::Node& node : state.graph.nodes) {
    if (node.op_type != "Reciprocal" || !node.domain.empty()) continue;
    const std::string one = state.NewName(node.outputs[0] + "_one");
    state.graph.initializers.emplace(one, Tensor::FromFloats({}, std::vector<float>{1}));
    node.op_type = "Div";
    node.inputs.insert(node.inputs.begin(), one);
  }
  return OkStatus();
}

}  // namespace acc::convert

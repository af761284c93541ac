// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "convert/state.h"

namespace acc::convert {
namespace {

using model::Node;

bool LacksGroups(const Node& node) {
  return node.op_type == "Conv" && node.domain.empty() && node.inputs.size() > 1 &&
         !node.attributes.contains("group");
}

void CountGroups(const State& state, Node& node) {
  const Shape* input = state.StaticDims(node.inputs[0]);
  const Shape* weights = state.StaticDims(node.inputs[1]);
  if (input == nullptr || weights == nullptr || input->size() < 3 || weights->size() < 3) return;
  const std::int64_t channels = (*input)[1];
  const std::int64_t per_group = (*weights)[1];
  // What does not divide is refused by the runtime, by name.
  if (per_group > 0 && channels % per_group == 0) node.attributes["group"] = channels / per_group;
}

}  // namespace

Status CountConvolutionGroups(State& state) {
  if (!state.graph.IsTranslated() || std::ranges::none_of(state.graph.nodes, &LacksGroups))
    return OkStatus();
  ACC_RETURN_IF_ERROR(state.UpdateTypes());
  for (Node& node : state.graph.nodes) {
    if (LacksGroups(node)) CountGroups(state, node);
  }
  state.TypesMayImprove();
  return OkStatus();
}

}  // namespace acc::convert

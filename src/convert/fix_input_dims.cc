// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "convert/state.h"

namespace acc::convert {
namespace {

bool Agrees(const ValueInfo& input, const Shape& dims) {
  if (!input.has_rank) return true;
  return std::ranges::equal(input.dims, dims, [](std::int64_t declared, std::int64_t given) {
    return declared == kUnknownDim || declared == given;
  });
}

Status Fix(ValueInfo& input, const Shape& dims) {
  if (!IsStatic(dims)) {
    return UsageError(fmt::format("input '{}': the dims {} must all be known",
                                  Printable(input.name), ToText(dims)));
  }
  if (!Agrees(input, dims)) {
    return UsageError(fmt::format(
        "input '{}': the dims {} contradict the model's {}; only dims shown as ? can be chosen",
        Printable(input.name), ToText(dims), ToText(input.dims)));
  }
  input.dims = dims;
  input.has_rank = true;
  return OkStatus();
}

Status UnknownInput(const model::Graph& graph, const std::string& name) {
  std::vector<std::string> known;
  for (const ValueInfo& input : graph.inputs) known.push_back(input.name);
  return UsageError(fmt::format("the model has no input '{}'; it has: {}.{}", Printable(name),
                                Printable(Join(known, ", ")), DidYouMean(name, known)));
}

}  // namespace

Status FixInputDims(State& state) {
  for (const auto& [name, dims] : state.options.input_dims) {
    const auto input = std::ranges::find(state.graph.inputs, name, &ValueInfo::name);
    if (input == state.graph.inputs.end()) return UnknownInput(state.graph, name);
    ACC_RETURN_IF_ERROR(Fix(*input, dims));
  }
  // What the source declares of its outputs may be wider, or for another batch.
  for (ValueInfo& output : state.graph.outputs) {
    output.dims.clear();
    output.has_rank = false;
  }
  return OkStatus();
}

}  // namespace acc::convert

// SPDX-License-Identifier: BSD-3-Clause
#include "target/execution.h"

#include <map>

#include "target/dequantize.h"

namespace acc::target {
namespace {

using TapsOf = std::map<std::string, std::vector<const Tap*>>;

}  // namespace

int MakerOf(const model::Graph& graph, const model::Connections& connections, const Tap& tap) {
  int maker = connections.Producer(tap.fetch);
  while (maker >= 0 && IsQuantization(graph.nodes[maker].op_type)) {
    maker = connections.Producer(graph.nodes[maker].inputs[0]);
  }
  return maker;
}

Status Deliver(std::size_t line, const Tap& tap, const TensorView& stored, const Sink& sink) {
  if (!tap.encoding) return sink(line, tap, stored, stored);
  ACC_ASSIGN_OR_RETURN(const Tensor real, Dequantize(stored, *tap.encoding));
  return sink(line, tap, real.view(), stored);
}

Status Execute(const Execution& execution, std::size_t lines, const InputSource& inputs,
               const Sink& sink, const UnreadableSink& unreadable, std::string_view what) {
  ort::CapturePlan plan;
  plan.model = execution.model;
  plan.config = execution.config;
  plan.inputs = execution.inputs;
  plan.outputs = execution.outputs;
  plan.memory_budget_bytes = execution.memory_budget_bytes;
  TapsOf taps;
  for (const Tap& tap : execution.taps) {
    auto& sharers = taps[tap.fetch];
    if (sharers.empty()) plan.tensors.push_back(tap.fetch);
    sharers.push_back(&tap);
  }
  const auto decode = [&](std::size_t line, const std::string& fetched, const TensorView& stored) {
    for (const Tap* tap : taps.at(fetched)) {
      ACC_RETURN_IF_ERROR(
          Deliver(line, *tap, stored, sink).WithContext("tensor '" + tap->tensor + "'"));
    }
    return OkStatus();
  };
  const auto no_value = [&](const std::string& fetched, const std::string& reason) {
    for (const Tap* tap : taps.at(fetched)) unreadable(tap->tensor, reason);
  };
  return ort::Capture(plan, lines, inputs, decode, no_value, what);
}

}  // namespace acc::target

// SPDX-License-Identifier: BSD-3-Clause
// What the engines that run on ONNX Runtime share: capture the taps and decode their integers.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ort/capture.h"
#include "target/engine.h"

namespace acc::target {

struct Execution {
  std::string model;  // A serialized ModelProto with all that is to be run.
  ort::SessionConfig config;
  std::vector<Tap> taps;
  std::set<std::string> inputs;  // Of the model, as CapturePlan has them.
  std::set<std::string> outputs;
  std::uint64_t memory_budget_bytes = 0;
};

// The index of the node that computes the tap's tensor, not of those that quantize it; -1 for an
// input.
int MakerOf(const model::Graph& graph, const model::Connections& connections, const Tap& tap);

// Hands `stored` to the sink together with the real values that the tap's encoding gives it.
Status Deliver(std::size_t line, const Tap& tap, const TensorView& stored, const Sink& sink);

Status Execute(const Execution& execution, std::size_t lines, const InputSource& inputs,
               const Sink& sink, const UnreadableSink& unreadable, std::string_view what);

}  // namespace acc::target

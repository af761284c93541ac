// SPDX-License-Identifier: BSD-3-Clause
// What an engine is asked to run: a converted graph, quantized or not, and the tensors to look at.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/graph.h"
#include "tensor/encoding.h"

namespace acc::target {

// What computes: the chip's processor, or the CPU of the host.
enum class Processor { kUnknown, kHtp, kCpu };

// "HTP", "CPU"; "" where it is unknown.
std::string_view Name(Processor processor);

// QuantizeLinear and DequantizeLinear, which stand around the nodes that compute.
bool IsQuantization(std::string_view op_type);

// A tensor to capture.
struct Tap {
  std::string tensor;  // Its name in the converted graph.
  // The tensor of `Program::graph` that holds it: `tensor` itself, or the integers of a quantized
  // one.
  std::string fetch;
  std::optional<TensorEncoding> encoding;  // Set where `fetch` holds integers of it.
  // Of a tap that an engine hands over: what computed the tensor. Unknown for inputs.
  Processor processor = Processor::kUnknown;
};

struct Program {
  model::Graph graph;        // Float, or with QDQ pairs.
  bool half = false;         // Compute in half precision.
  std::vector<Tap> taps;     // Every tensor to capture, in the graph's order.
  std::vector<Tap> outputs;  // The final outputs; they may also be among the taps.
};

}  // namespace acc::target

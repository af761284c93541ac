// SPDX-License-Identifier: BSD-3-Clause
// Moves quantization of inputs and dequantization of outputs out of a QDQ graph. At the edges of a
// graph the HTP would compute them in half precision and may fold a pair away, which hides the
// grid.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "model/graph.h"
#include "tensor/encoding.h"

namespace acc::target {

struct IntegerInput {
  std::string name;  // Of the integer input that replaces the float one.
  TensorEncoding encoding;
};

struct IntegerIo {
  model::Graph graph;
  std::map<std::string, IntegerInput> inputs;  // By the float input's name; others are unchanged.
};

// Inputs read by anything but one QuantizeLinear, and outputs not made by DequantizeLinear, stay.
IntegerIo WithIntegerIo(const model::Graph& graph);

// The encoding in the scale and zero point of a QuantizeLinear or DequantizeLinear node; nothing
// where they are no constants, or per channel.
std::optional<TensorEncoding> EncodingOf(const model::Graph& graph, const model::Node& node);

}  // namespace acc::target

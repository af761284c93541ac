// SPDX-License-Identifier: BSD-3-Clause
// Puts QuantizeLinear/DequantizeLinear pairs into a float graph.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "model/graph.h"
#include "quantize/params.h"
#include "tensor/encoding.h"

namespace acc::quantize {

struct QdqGraph {
  model::Graph graph;
  std::map<std::string, std::string> quantized_name;  // Activation to the output of its Quantize.
};

// `stored` are the activations that get a pair, in the graph's order, each with a per-tensor
// integer encoding in `activations`. Readers of data get the dequantized tensor, readers of shapes
// and bounds the float one. Graph outputs keep their names. Constants become quantized initializers
// with a DequantizeLinear; float ones that nobody reads any more are removed.
QdqGraph InsertQdq(const model::Graph& graph, const std::vector<std::string>& stored,
                   const std::map<std::string, TensorEncoding>& activations,
                   std::span<const QuantizedParam> params);

}  // namespace acc::quantize

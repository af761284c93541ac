// SPDX-License-Identifier: BSD-3-Clause
// How much of a graph's arithmetic quantization reached, read off the graph that it made.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/graph.h"
#include "quantize/quantize.h"

namespace acc::quantize {

struct FloatNode {
  std::string name;
  std::string op_type;
  std::size_t inner_nodes = 0;  // Of its bodies, at any depth; they run in float as well.
};

// A compute node makes float32 numbers of float32 numbers: one or more of its data inputs and of
// its outputs are float32, or of a type that nobody knows. Not among them: what computes shapes and
// indices (also in floats, from a Shape on), Casts to and from integers, comparisons, ArgMax, what
// makes numbers of a shape alone (ConstantOfShape, Range, RandomNormal). Control flow whose branch
// is not known before the run is one node.
//
// It is quantized where each of its float data inputs comes out of a DequantizeLinear, and each of
// its float outputs that is read goes into a QuantizeLinear; between fused nodes neither is needed.
struct Coverage {
  std::size_t compute_nodes = 0;
  std::vector<FloatNode> left_float;  // Compute nodes that are not quantized, in order.
};

// `graph` is the float graph that `quantized` was made of. Constants count as data unless
// `weights_stay_float`.
Coverage CoverageOf(const model::Graph& graph, const Types& types, const QuantizedGraph& quantized,
                    bool weights_stay_float);

// For the reader: "3 of 41 compute nodes stayed float: 2 Loop ('l' with 12 nodes inside, 'm' …),
// Celu ('a')", or "all 41 compute nodes are quantized". Empty where there is no compute node.
std::string Summary(const Coverage& coverage);

}  // namespace acc::quantize

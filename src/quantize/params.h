// SPDX-License-Identifier: BSD-3-Clause
// Weights, biases and other constants that operators read as data.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "model/graph.h"
#include "quantize/operators.h"
#include "quantize/overrides.h"
#include "quantize/quantize.h"

namespace acc::quantize {

// Where a node reads a constant.
struct ParamRead {
  std::size_t node = 0;
  std::size_t input = 0;
};

// A constant as some of its readers get it. One that is read in several ways (as a weight and as
// data, or as the bias of two nodes) makes several of these.
//
// Weights: the weights' algorithm and bitwidth; per channel, they are symmetric.
// Data: tf at the activations' bitwidth.
// Biases of 32 bits: int32 with the accumulator's scale (input times weight, per channel where the
// weight is). Biases of 8 bits: first rounded to an encoding of their own, which is what
// `encoding` reports, then stored as int32 in the accumulator's scale too, because that is the only
// form that runtimes take; the second rounding is finer by orders of magnitude.
// Biases of recurrent operators, which have several accumulators, are stored in their own encoding.
struct QuantizedParam {
  std::string tensor;
  InputRole role = InputRole::kData;
  TensorEncoding encoding;
  TensorEncoding stored;
  Tensor codes;  // In ParamStorage's form of `stored`.
  std::vector<ParamRead> reads;
};

struct QuantizedParams {
  std::vector<QuantizedParam> params;  // In the order of their first reads.
  std::vector<std::string> notes;
};

// `activations` are all encodings of activations. A node that reads or makes a float activation
// that is not quantized keeps its constants float, as on the target.
// Where a weight's scale is so small that the bias would leave int32, that scale is raised.
// Fails where an override does not fit its constant, naming it.
Result<QuantizedParams> QuantizeParams(const model::Graph& graph, const Types& types,
                                       const std::map<std::string, TensorEncoding>& activations,
                                       const std::map<std::string, std::string>& fused,
                                       const OverrideLookup& overrides, const Options& options);

}  // namespace acc::quantize

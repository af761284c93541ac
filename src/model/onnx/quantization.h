// SPDX-License-Identifier: BSD-3-Clause
// What an ONNX file says of its quantization, as encodings beside a float graph.
#pragma once

#include "model/graph.h"

namespace acc::model {

// The graph in real numbers: QuantizeLinear and DequantizeLinear are gone, operators on codes are
// those on real numbers, weights are the numbers that their codes stand for, and what the file said
// of them is in `source_tensors`, `source_params` and `onnx_quantization`. What is quantized has
// the name under which the file has it in real numbers after that, or else that of its codes.
//
// Integer inputs and outputs of the graph stay, with a DequantizeLinear after or a QuantizeLinear
// before them. What has no such form stays as it is, and a note says so. A graph without
// quantization is returned as it is.
Graph WithoutQuantization(Graph graph);

// The file's own graph, with the encodings of its integers in `source_tensors`.
Graph WithDescribedCodes(Graph graph);

// Puts a Relu before the tensors of `onnx_quantization.clamped`: a file whose ranges cut off what
// is below zero often leaves it out, and without the ranges it is missed.
void ClampToRanges(Graph& graph);

}  // namespace acc::model

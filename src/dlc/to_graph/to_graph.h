// SPDX-License-Identifier: BSD-3-Clause
// From the operators of a DLC to the graph with ONNX semantics, so that every engine runs it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "dlc/model.h"
#include "model/graph.h"
#include "model/translation/builder.h"
#include "tensor/encoding.h"
#include "tensor/layout.h"
#include "tensor/value_info.h"

namespace acc::dlc {

using TranslatedTensor = model::TranslatedTensor;

struct TranslatedGraph {
  model::Graph graph;
  // By the DLC's name, which is also the graph's. Values that the translation adds (transposed
  // twins, …) are not here.
  std::map<std::string, TranslatedTensor> tensors;
  // Of quantized tensors, by name. Axes are the graph's, not the file's. Every float32 or float16
  // activation of a graph that has quantized ones is here too, as a float encoding.
  std::map<std::string, TensorEncoding> activations;
  std::map<std::string, TensorEncoding> params;
  bool half = false;               // Float activations are float16 in the file.
  std::vector<std::string> notes;  // For the log, one line each.
};

// Spatial operators run channel-first inside, and so does what AxisOrders() finds channel-last.
// Inputs and outputs are as the file stores them, and every output has its name. Half precision is
// float32 here. Quantized weights become float constants that their encodings turn back into the
// same codes; a constant that is read in two layouts is two initializers, each with its params.
// Nodes of type Quantize, Dequantize and Convert become Identity where only the encoding changes,
// and nothing at all on constants. The opset is 18, or higher where an operator needs it.
// Fails for a version-3 graph, for cyclic graphs, and with the counts of all operators that have no
// translation, at once.
Result<TranslatedGraph> ToGraph(const Model& model, const Graph& graph);

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
// Source graph to target graph: what the target's converter does before quantization. Floats of
// other types become float32, constants are folded, BatchNorm is folded into convolutions, Identity
// and Dropout disappear, names become the target's, and the axis order of every tensor is tracked.
// Execution stays channel-first: only what is written to disk is permuted.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "convert/equalization.h"
#include "model/graph.h"
#include "tensor/layout.h"

namespace acc::convert {

// Answers that need a runtime. Implemented by whoever has one; convert itself runs nothing.
class Oracle {
 public:
  virtual ~Oracle() = default;
  // Type and dims of every tensor of `graph` that can be told without running it, by name.
  virtual Result<std::map<std::string, ValueInfo>> InferTypes(const model::Graph& graph) = 0;
  // The values of all outputs of a graph that has no inputs, by name.
  virtual Result<std::map<std::string, Tensor>> Evaluate(const model::Graph& graph) = 0;
};

struct Options {
  // By source name; fixes dynamic dimensions.
  std::map<std::string, Shape> input_dims = {};
  // Source names; the graph is cut to what these need. Empty: all outputs.
  std::vector<std::string> output_tensors = {};
  bool fold_batch_norm = true;
  bool fold_constants = true;
  // Gives operators that the HTP's plugin cannot take another form of the same value.
  bool for_htp = false;
  bool equalize_layers = false;  // After the batch norms were folded.
  bool absorb_biases = false;    // After the layers were equalized; changes the output a little.
};

// A tensor of the target graph.
struct TargetTensor {
  std::string source;  // The source tensor of equal value; empty where there is none.
  AxisOrder axis_order = AxisOrder::kSource;  // As it is written, seen from the source.
  AxisOrder held = AxisOrder::kSource;        // As the graph holds it, seen from the source.
  ValueInfo info;                             // Target name, type, dims as the graph holds them.
  // False for what the translation from another format adds and for what lies inside an operator
  // that was taken apart: neither captured nor compared.
  bool is_shown = true;
};

// As the tensor is written, seen from the graph: kSource or kChannelLast.
AxisOrder WrittenOrder(const TargetTensor& tensor);

struct Removed {
  std::string source;  // A source tensor without a twin in the target graph.
  std::string
      reason;  // "folded into a constant", "folded into conv1", "not needed for the outputs", …
  std::string twin = {};  // The source name of the tensor that has the same value, if one has.
};

struct TargetGraph {
  // Under target names, in the source's axis order but for what TargetTensor::held says.
  model::Graph graph;
  std::map<std::string, TargetTensor> tensors;  // By target name; not the initializers.
  std::vector<Removed> removed;                 // In source order.
  Equalization equalization;                    // Empty unless asked for.
  std::set<ElementType> made_float32;           // Of the source; no tensor has them any more.
};

// Fails for an unknown output tensor (with a suggestion), for input dims that contradict the model,
// and for a model that the oracle refuses: with its message, and with the counts of all operators
// outside the ONNX standard. An initializer keeps its (sanitized) source name where it is changed
// for one reader only. Tensors that a pass adds have no source.
Result<TargetGraph> Convert(const model::Graph& source, const Options& options, Oracle& oracle);

// The target's name for a source name: everything but letters, digits and "_" becomes "_", a
// leading digit gets a "_" before it. Convert makes colliding names unique by a suffix.
std::string SanitizedName(std::string_view source_name);

}  // namespace acc::convert

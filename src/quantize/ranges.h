// SPDX-License-Identifier: BSD-3-Clause
// Which tensors the target stores as integers, and which of them have one range between them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/graph.h"
#include "quantize/quantize.h"

namespace acc::quantize {

struct ActivationPlan {
  // The float32 activations that the target stores, in the graph's order, inputs first.
  std::vector<std::string> stored;
  // From each of them that has the range of another, to the first of its chain.
  std::map<std::string, std::string> shares_range_with;
  // From a first of a chain, to what its range has to hold besides its own values: tensors of the
  // chain that do not only move those, and float constants that are read with them.
  std::map<std::string, std::vector<std::string>> also_holds;
  std::map<std::string, std::string> fused;  // Never stored, to the reason.
  std::vector<std::string> notes;

  const std::string& RootOf(const std::string& tensor) const;
};

// Stored are float32 graph inputs and outputs of nodes that somebody reads as data. Not: tensors
// that are computed from shapes only, outputs of operators that are left as they are, tensors whose
// type is not known.
// A node of which `converts` is true makes a range of its own even where it moves data only.
ActivationPlan PlanActivations(const model::Graph& graph, const Types& types,
                               const std::function<bool(const model::Node&)>& converts = {});

// Null where a tensor has none.
using GivenEncoding = std::function<const TensorEncoding*(const std::string& tensor)>;

// Of a graph whose encodings are given: stored are the float32 tensors that have one, and what only
// moves the data of those. Fused is what a Relu alone reads and what has the Relu's encoding, which
// clamps it already: stored, it would be the Relu's output under another name.
ActivationPlan PlanGivenActivations(const model::Graph& graph, const Types& types,
                                    const GivenEncoding& given);

// Whether codes mean the same numbers in both.
bool HaveEqualScales(const TensorEncoding& one, const TensorEncoding& other);

// Operators whose output range is known from their formula: Sigmoid, HardSigmoid and Softmax (0 to
// 1), Tanh (-1 to 1). Nothing for the others.
std::optional<Encoding> FixedEncoding(const model::Node& node, int bitwidth);

// Whether the HTP stores this operator's output with FixedEncoding whatever the model says: at 16
// bits, Sigmoid, HardSigmoid and Tanh (ONNX Runtime's QNN provider replaces other encodings).
bool TargetFixesEncoding(const model::Node& node, int bitwidth);

}  // namespace acc::quantize

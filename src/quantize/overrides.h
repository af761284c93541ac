// SPDX-License-Identifier: BSD-3-Clause
// Encodings that came with the model, and which tensor of the graph an override is meant for.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/graph.h"
#include "quantize/quantize.h"

namespace acc::quantize {

// The encodings with which the model's framework quantized it, by source name; empty for a model
// that it did not quantize.
Overrides SourceEncodings(const model::Graph& graph);

// Finds overrides by a tensor's name in the graph or in the source. It keeps copies of both maps.
class OverrideLookup {
 public:
  OverrideLookup(Overrides overrides, std::map<std::string, std::string> source_name);

  // Null where there is none. The pointer lives as long as the lookup.
  const TensorEncoding* Activation(const std::string& tensor) const;
  // Constants that are no weights are listed as activations by some tools: both sides are searched.
  const TensorEncoding* Param(const std::string& tensor) const;

  // Whether the file names the axis of a parameter's encoding.
  bool HasOwnAxis(const std::string& tensor) const;

  // The names, sorted, that neither a tensor nor an initializer of `graph` has.
  std::vector<std::string> UnknownIn(const model::Graph& graph) const;

 private:
  using Encodings = std::map<std::string, TensorEncoding>;
  const TensorEncoding* Find(const Encodings& encodings, const std::string& tensor) const;

  Overrides overrides_;
  std::map<std::string, std::string> source_name_;
};

}  // namespace acc::quantize

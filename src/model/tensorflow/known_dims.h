// SPDX-License-Identifier: BSD-3-Clause
// Ranks and sizes of axes as far as file and inputs tell them: frozen graphs do not say dims.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "model/tensorflow/translation.h"
#include "tensor/value_info.h"

namespace acc::model::tensorflow {

// Sizes of axes: how many rounds a loop over time has. Follows axes through transpositions and ops
// that work element by element; others forget them.
class KnownDims {
 public:
  void AddInput(const ValueInfo& input);
  void Set(const std::string& tensor, std::int64_t axis, std::int64_t size) {
    sizes_[tensor][axis] = size;
  }

  // True where the op picks one known size of a Shape: its output is then a constant. False for all
  // other ops, which are noted.
  bool Translate(Translation& t);

 private:
  using Sizes = std::map<std::int64_t, std::int64_t>;  // By axis.

  bool PickSize(Translation& t) const;
  void Transpose(const Translation& t, const std::string& output);

  std::map<std::string, Sizes> sizes_;
  std::map<std::string, std::string> shapes_;  // Outputs of Shape to the tensors they are of.
};

// Gives ranks to what the nodes from `first_node` on make, into which `op` was translated, where
// those of their inputs, or constants, tell them. Most ops need none; ONNX's Transpose needs to
// know how many axes there are.
void InferRanks(GraphBuilder& builder, const Op& op, std::size_t first_node);

}  // namespace acc::model::tensorflow

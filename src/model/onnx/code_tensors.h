// SPDX-License-Identifier: BSD-3-Clause
// Which tensors of an ONNX graph hold codes, and what these stand for.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "model/graph.h"
#include "model/onnx/code_values.h"
#include "model/onnx/integer_operators.h"

namespace acc::model {

// Known are outputs of QuantizeLinear and of the operators that FloatFormOf knows, what
// DequantizeLinear and those read, and what operators that move elements make of them; all with
// constant scales. Valid as long as the graph is.
class CodeTensors {
 public:
  explicit CodeTensors(const Graph& graph);

  // An initializer or the value of a Constant node; null for the others.
  const Tensor* Constant(const std::string& tensor) const;
  // Null for tensors that hold no codes. Of a constant, as its first reader takes it.
  const CodeScales* Find(const std::string& tensor) const;
  // Of named scales, where they are constant. `type` counts where there is no zero point.
  std::optional<CodeScales> Scales(const std::string& scale, const std::string& zero_point,
                                   ElementType type) const;
  // As QuantizeLinear or DequantizeLinear have them in their inputs and attributes.
  std::optional<CodeScales> LinearScales(const Node& node) const;
  // As an input of FloatFormOf has them, the axis being the channels' of `rank` dims.
  std::optional<CodeScales> InputScales(const FloatForm& form, const CodeInput& input,
                                        std::size_t rank) const;
  std::optional<CodeScales> OutputScales(const FloatForm& form) const;

  std::int64_t opset() const { return opset_; }

 private:
  void Visit(const Node& node);
  void Add(const std::string& tensor, const std::optional<CodeScales>& scales);
  void Move(const Graph& graph);
  ElementType TypeOf(const std::string& tensor) const;

  const Graph& graph_;
  std::int64_t opset_;
  std::unordered_map<std::string, const Tensor*> constants_;
  std::unordered_map<std::string, CodeScales> codes_;
};

// Whether codes mean the same numbers in both.
bool HaveEqualScales(const CodeScales& one, const CodeScales& other);

}  // namespace acc::model

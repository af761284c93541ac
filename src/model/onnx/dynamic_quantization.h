// SPDX-License-Identifier: BSD-3-Clause
// Products of integers whose inputs are quantized while the model runs.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "model/graph.h"
#include "model/onnx/code_tensors.h"

namespace acc::model {

// What a product of integers and the scaling of its sums amount to.
struct DynamicProduct {
  std::string op_type;  // "Conv" or "MatMul".
  std::map<std::string, Attribute> attributes = {};
  std::string input = {};   // In real numbers.
  std::string weight = {};  // In real numbers where `scales` has no value, or else a constant.
  std::optional<CodeScales> scales = {};
  std::string bias = {};  // Empty: none. Added in real numbers.
};

// Finds them: ConvInteger or MatMulInteger whose sums a Cast and a Mul take, and ONNX Runtime's
// MatMulIntegerToFloat and DynamicQuantizeMatMul. By the index of the last of their nodes.
std::map<std::size_t, DynamicProduct> DynamicProducts(const Graph& graph, const CodeTensors& codes);

// Drops from `graph`, made of `source`, what computed with integers for the products alone, and
// says so in `onnx_quantization.removed`.
void DropDynamicParts(const Graph& source, Graph& graph);

}  // namespace acc::model

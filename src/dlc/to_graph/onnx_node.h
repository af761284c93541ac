// SPDX-License-Identifier: BSD-3-Clause
// Nodes that the target has no operator for: FromGraph writes them under their ONNX names.
#pragma once

#include <string_view>

#include "dlc/to_graph/translation.h"

namespace acc::dlc {

// The package of the standard's own operators; those of another domain have the domain's name.
inline constexpr std::string_view kOnnxPackage = "ai.onnx";
// The attribute that holds the version of the node's domain.
inline constexpr std::string_view kOpsetAttribute = "onnx_opset";

// The node as it is, all its tensors as stored. A list is a tensor of one dim, save where the
// standard's attribute is a tensor.
void TranslateOnnxNode(Translation& t);

}  // namespace acc::dlc

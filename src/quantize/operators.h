// SPDX-License-Identifier: BSD-3-Clause
// What quantization has to know of a node, from its operator's row and its attributes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/graph.h"
#include "model/onnx/operators.h"

namespace acc::quantize {

using model::InputRole;
using model::OutputRange;

InputRole RoleOf(const model::Node& node, std::size_t input);

// kOfInput depends on attributes for Resize, Upsample and Pad, the latter also on the initializer
// that it pads with: zero is in every range; with other numbers it is kOfAll.
OutputRange OutputRangeOf(const model::Graph& graph, const model::Node& node);

// The operator's own accumulator can be clamped by a Relu that follows, without a rounding between.
bool FusesRelu(const model::Node& node);

// Relu, and Clip with a constant lower bound of 0 or more.
bool IsReluLike(const model::Graph& graph, const model::Node& node);

// The accumulator's scale is that of input 0 times that of input 1, so the bias is stored in it.
bool BiasInAccumulatorScale(const model::Node& node);

// The output channels' axis in the constant `input` of `rank` dims; nothing where the target takes
// one encoding only: everything but Conv, Gemm, MatMul with a matrix, and ungrouped ConvTranspose.
std::optional<int> ChannelAxis(const model::Node& node, std::size_t input, std::size_t rank);

}  // namespace acc::quantize

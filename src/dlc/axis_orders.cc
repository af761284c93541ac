// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/axis_orders.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/translation/axis_plan.h"

namespace acc::dlc {
namespace {

// Beginnings of types: "Pool" is PoolAvg2d, PoolMax3d, …, and version 3's Pooling.
constexpr std::string_view kSpatial[] = {
    "BatchNorm",     "Batchnorm",     "ChannelShuffle", "Conv1d",        "Conv2d",
    "Conv3d",        "Convolutional", "CropAndResize",  "Deconvolution", "DepthToSpace",
    "DepthWiseConv", "GridSample",    "GroupNorm",      "InstanceNorm",  "L2Pool",
    "Lrn",           "Pool",          "Resize",         "RoiAlign",      "SpaceToDepth",
    "TransposeConv",
};

constexpr std::string_view kFollowing[] = {
    "Abs",        "Argmax",      "Argmin",  "Cast",  "Concat",       "Convert",   "Cumulative",
    "Dequantize", "ElementWise", "Elt",     "Elu",   "Gelu",         "HardSwish", "L2Norm",
    "LogSoftmax", "Neuron",      "Pad",     "Prelu", "Quantize",     "Reduce",    "Relu",
    "Sigmoid",    "SoftMax",     "Softmax", "Split", "StridedSlice", "Tanh",      "Tile",
};

template <std::size_t N>
bool BeginsWithAny(std::string_view type, const std::string_view (&beginnings)[N]) {
  return std::ranges::any_of(beginnings,
                             [&](std::string_view start) { return type.starts_with(start); });
}

// Other packages' operators say nothing by their names.
bool IsQnn(const Node& node) { return node.package.empty() || node.package == kQnnPackage; }

Shape WithHeight(Shape dims) {
  if (dims.size() == 3) dims.insert(dims.begin() + 1, 1);
  return dims;
}

// How the serializer writes a copy.
bool KeepsOrder(const Node& node) {
  const Permutation axes = TransposeAxes(node);
  return !axes.empty() && IsIdentity(axes);
}

bool ChangesHeight(const Node& node, const std::unordered_map<std::string, Shape>& dims_of) {
  if (node.type != "Reshape" || node.inputs.empty() || node.outputs.empty()) return false;
  const auto from = dims_of.find(node.inputs.front());
  const auto to = dims_of.find(node.outputs.front());
  return from != dims_of.end() && to != dims_of.end() && DifferByHeight(from->second, to->second);
}

using Kind = model::PlannedNode::Kind;

Kind KindOf(const Node& node, const std::unordered_map<std::string, Shape>& dims_of) {
  if (!IsQnn(node)) return Kind::kOther;
  if (BeginsWithAny(node.type, kSpatial)) return Kind::kSpatial;
  if (BeginsWithAny(node.type, kFollowing) || KeepsOrder(node)) return Kind::kFollowing;
  return ChangesHeight(node, dims_of) ? Kind::kReshaping : Kind::kOther;
}

}  // namespace

Permutation TransposeAxes(const Node& node) {
  const Attribute* perm = node.type == "Transpose" ? node.Find("perm") : nullptr;
  const auto* tensor = perm != nullptr ? std::get_if<Tensor>(&perm->value) : nullptr;
  if (tensor == nullptr || StoredType(tensor->type) != ElementType::kUint32) return {};
  Permutation axes(tensor->data.size() / sizeof(std::uint32_t));
  for (std::size_t i = 0; i < axes.size(); ++i) {
    std::uint32_t axis = 0;
    std::memcpy(&axis, tensor->data.data() + i * sizeof(axis), sizeof(axis));
    axes[i] = static_cast<int>(axis);
  }
  return axes;
}

bool DifferByHeight(const Shape& a, const Shape& b) {
  return a.size() != b.size() && WithHeight(a) == WithHeight(b);
}

std::map<std::string, AxisOrder> AxisOrders(const Graph& graph) {
  std::unordered_map<std::string, Shape> dims_of;
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.kind != TensorKind::kStatic) dims_of.emplace(tensor.name, tensor.dims);
  }
  std::vector<model::PlannedNode> nodes;
  for (const Node& node : graph.nodes) {
    nodes.push_back({KindOf(node, dims_of), &node.inputs, &node.outputs});
  }
  const auto images = model::PlanImages(dims_of, nodes);
  std::map<std::string, AxisOrder> orders;
  for (const auto& [name, dims] : dims_of) {
    orders[name] = images.contains(name) ? AxisOrder::kChannelLast : AxisOrder::kSource;
  }
  return orders;
}

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/axis_orders.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dlc/to_graph/operators.h"
#include "model/translation/axis_plan.h"

namespace acc::dlc {
namespace {

using Kind = model::PlannedNode::Kind;

// Types without a translation, version 3's own among them.
constexpr std::pair<std::string_view, Kind> kUntranslated[] = {
    {"BatchNorm", Kind::kSpatial},     {"Convolutional", Kind::kSpatial},
    {"CropAndResize", Kind::kSpatial}, {"Deconvolution", Kind::kSpatial},
    {"Pooling", Kind::kSpatial},       {"SoftMax", Kind::kFollowing},
};

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

Kind KindOfType(std::string_view type) {
  if (const Operator* row = FindOperator(type)) return row->axes;
  const auto* row =
      std::ranges::find(kUntranslated, type, &std::pair<std::string_view, Kind>::first);
  if (row != std::end(kUntranslated)) return row->second;
  const bool is_element_wise = type.starts_with("ElementWise") || type.starts_with("Elt");
  return is_element_wise ? Kind::kFollowing : Kind::kOther;
}

Kind KindOf(const Node& node, const std::unordered_map<std::string, Shape>& dims_of) {
  if (!IsQnn(node)) return Kind::kOther;
  const Kind kind = KindOfType(node.type);
  if (kind != Kind::kOther) return kind;
  if (KeepsOrder(node)) return Kind::kFollowing;
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

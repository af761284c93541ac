// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/axis_orders.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

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

class Propagation {
 public:
  explicit Propagation(const Graph& graph) : graph_(graph) {
    for (const Tensor& tensor : graph.tensors) {
      if (tensor.kind != TensorKind::kStatic) dims_.emplace(tensor.name, tensor.dims);
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      if (!IsQnn(node)) continue;
      if (BeginsWithAny(node.type, kSpatial)) MarkSpatial(node);
      const bool follows = BeginsWithAny(node.type, kFollowing) || KeepsOrder(node);
      if (!follows && !ChangesHeight(node)) continue;
      for (const auto* names : {&node.inputs, &node.outputs}) {
        for (const std::string& name : *names) following_[name].push_back(i);
      }
    }
  }

  std::map<std::string, AxisOrder> Run() {
    while (!open_.empty()) {
      const std::string name = open_.front();
      open_.pop_front();
      for (const std::size_t node : following_[name]) Spread(name, graph_.nodes[node]);
    }
    std::map<std::string, AxisOrder> orders;
    for (const auto& [name, dims] : dims_) {
      orders[name] = channel_last_.contains(name) ? AxisOrder::kChannelLast : AxisOrder::kSource;
    }
    return orders;
  }

 private:
  // Only the first input is an image; the others are weights, grids, regions.
  void MarkSpatial(const Node& node) {
    if (!node.inputs.empty()) Mark(node.inputs.front());
    if (!node.outputs.empty()) Mark(node.outputs.front());
  }

  void Mark(const std::string& name) {
    const auto dims = dims_.find(name);
    if (dims == dims_.end() || dims->second.size() < 3 || dims->second.size() > 5) return;
    if (channel_last_.insert(name).second) open_.push_back(name);
  }

  bool ChangesHeight(const Node& node) const {
    if (node.type != "Reshape" || node.inputs.empty() || node.outputs.empty()) return false;
    const auto from = dims_.find(node.inputs.front());
    const auto to = dims_.find(node.outputs.front());
    return from != dims_.end() && to != dims_.end() && DifferByHeight(from->second, to->second);
  }

  void Spread(const std::string& from, const Node& node) {
    const std::size_t rank = dims_.at(from).size();
    const bool all_ranks = node.type == "Reshape";
    for (const auto* names : {&node.inputs, &node.outputs}) {
      for (const std::string& name : *names) {
        const auto found = dims_.find(name);
        if (found != dims_.end() && (all_ranks || found->second.size() == rank)) Mark(name);
      }
    }
  }

  const Graph& graph_;
  std::unordered_map<std::string, Shape> dims_;
  std::unordered_map<std::string, std::vector<std::size_t>> following_;
  std::unordered_set<std::string> channel_last_;
  std::deque<std::string> open_;
};

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

std::map<std::string, AxisOrder> AxisOrders(const Graph& graph) { return Propagation(graph).Run(); }

}  // namespace acc::dlc

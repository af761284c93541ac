// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/axis_orders.h"

#include <algorithm>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace acc::dlc {
namespace {

// Beginnings of types: "Conv" is Conv1d, Conv2d, Conv3d.
constexpr std::string_view kSpatial[] = {
    "Batchnorm",    "ChannelShuffle", "Conv1d",     "Conv2d",    "Conv3d",       "CropAndResize",
    "DepthToSpace", "DepthWiseConv",  "GridSample", "GroupNorm", "InstanceNorm", "L2Pool",
    "Lrn",          "Pool",           "Resize",     "RoiAlign",  "SpaceToDepth", "TransposeConv",
};

constexpr std::string_view kFollowing[] = {
    "Abs",        "Argmax",      "Argmin", "Cast",         "Concat",   "Convert",   "Cumulative",
    "Dequantize", "ElementWise", "Elt",    "Elu",          "Gelu",     "HardSwish", "L2Norm",
    "LogSoftmax", "Neuron",      "Pad",    "Prelu",        "Quantize", "Reduce",    "Relu",
    "Sigmoid",    "Softmax",     "Split",  "StridedSlice", "Tanh",     "Tile",
};

template <std::size_t N>
bool BeginsWithAny(std::string_view type, const std::string_view (&beginnings)[N]) {
  return std::ranges::any_of(beginnings,
                             [&](std::string_view start) { return type.starts_with(start); });
}

class Propagation {
 public:
  explicit Propagation(const Graph& graph) : graph_(graph) {
    for (const Tensor& tensor : graph.tensors) {
      if (tensor.kind != TensorKind::kStatic) rank_.emplace(tensor.name, tensor.dims.size());
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      if (BeginsWithAny(node.type, kSpatial)) MarkSpatial(node);
      if (!BeginsWithAny(node.type, kFollowing)) continue;
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
    for (const auto& [name, rank] : rank_) {
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
    const auto rank = rank_.find(name);
    if (rank == rank_.end() || rank->second < 3 || rank->second > 5) return;
    if (channel_last_.insert(name).second) open_.push_back(name);
  }

  void Spread(const std::string& from, const Node& node) {
    const std::size_t rank = rank_.at(from);
    for (const auto* names : {&node.inputs, &node.outputs}) {
      for (const std::string& name : *names) {
        const auto found = rank_.find(name);
        if (found != rank_.end() && found->second == rank) Mark(name);
      }
    }
  }

  const Graph& graph_;
  std::unordered_map<std::string, std::size_t> rank_;
  std::unordered_map<std::string, std::vector<std::size_t>> following_;
  std::unordered_set<std::string> channel_last_;
  std::deque<std::string> open_;
};

}  // namespace

std::map<std::string, AxisOrder> AxisOrders(const Graph& graph) { return Propagation(graph).Run(); }

}  // namespace acc::dlc

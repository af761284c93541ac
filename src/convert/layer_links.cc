// SPDX-License-Identifier: BSD-3-Clause
// Follows what each linear layer makes as long as one node alone reads it and commutes with the
// scaling of channels: f(s * x) = s * f(x) for s > 0, as Relu does and Relu6 does not. The layer
// that it arrives at is the partner; what stops it is the obstacle that the user is told.
#include "convert/layer_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string_view>

#include "base/text.h"

namespace acc::convert {
namespace {

using model::Node;

constexpr std::array<std::string_view, 8> kCommuting = {
    "Abs",   "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "MaxPool", "LeakyRelu",
    "PRelu", "Relu"};
constexpr std::array<std::string_view, 3> kReshaping = {"Flatten", "Reshape", "Squeeze"};

std::string NameOf(const Node& node) {
  return Printable(node.name.empty() ? node.outputs.front() : node.name);
}

// The bound of a Clip, or `fallback` without one; NaN where it is computed at run time.
double ClipBound(const State& state, const Node& node, std::size_t input,
                 std::string_view attribute, double fallback) {
  if (node.inputs.size() <= input || node.inputs[input].empty()) {
    return node.Get<float>(attribute, static_cast<float>(fallback));
  }
  const Tensor* bound = state.Constant(node.inputs[input]);
  if (bound == nullptr || bound->size() != 1) return std::numeric_limits<double>::quiet_NaN();
  const auto values = ToFloats(bound->view());
  return values.ok() ? values->front() : std::numeric_limits<double>::quiet_NaN();
}

// Empty where the Clip is a Relu, or nothing at all.
std::string WhyClipIsNoRelu(const State& state, const Node& node) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  const double min = ClipBound(state, node, 1, "min", -kLargest);
  const double max = ClipBound(state, node, 2, "max", kLargest);
  if ((min == 0 || min <= -kLargest) && max >= kLargest) return "";
  if (max < kLargest) {
    return fmt::format(
        "{} '{}' ends at {}, which a scaled channel would reach elsewhere; a Relu in its place "
        "would change the output",
        node.op_type, NameOf(node), FormatDouble(max));
  }
  return fmt::format("{} '{}' does not begin at 0", node.op_type, NameOf(node));
}

// True where all that is lost of the dims are ones after the channel.
bool KeepsChannels(const State& state, const Node& node) {
  const Shape* from = state.StaticDims(node.inputs.front());
  const Shape* to = state.StaticDims(node.outputs.front());
  if (from == nullptr || to == nullptr || from->size() < 2 || to->size() < 2) return false;
  const auto is_one = [](std::int64_t dim) { return dim == 1; };
  return std::equal(from->begin(), from->begin() + 2, to->begin()) &&
         std::all_of(from->begin() + 2, from->end(), is_one) &&
         std::all_of(to->begin() + 2, to->end(), is_one);
}

// Empty where scaling a channel of input 0 scales that channel of the output.
std::string WhyNotCommuting(const State& state, const Node& node) {
  const bool one_output = node.outputs.size() == 1;
  if (node.domain.empty() && one_output && !node.inputs.empty()) {
    if (std::ranges::count(kCommuting, node.op_type) > 0) return "";
    if (node.op_type == "Clip") return WhyClipIsNoRelu(state, node);
    if (std::ranges::count(kReshaping, node.op_type) > 0 && KeepsChannels(state, node)) return "";
  }
  return fmt::format("{} '{}' does not commute with the scaling of channels", node.op_type,
                     NameOf(node));
}

// Gemm's other forms would put channels elsewhere.
bool IsPlain(const Node& node) {
  return node.op_type != "Gemm" ||
         (node.Get<std::int64_t>("transA", 0) == 0 && node.Get<float>("alpha", 1) == 1);
}

class Finder {
 public:
  Finder(const State& state, const model::Connections& connections)
      : state_(state), connections_(connections) {}

  LayerLinks Find() {
    const std::vector<Node>& nodes = state_.graph.nodes;
    for (std::size_t index = 0; index < nodes.size(); ++index) {
      if (!IsPlain(nodes[index])) continue;
      auto linear = LinearNode::From(state_, nodes[index]);
      if (!linear) continue;
      layer_of_[index] = found_.layers.size();
      found_.layers.push_back({.node = index, .linear = *std::move(linear)});
    }
    for (std::size_t layer = 0; layer < found_.layers.size(); ++layer) Follow(layer);
    return std::move(found_);
  }

 private:
  void Follow(std::size_t from) {
    const std::vector<Node>& nodes = state_.graph.nodes;
    const Node& start = nodes[found_.layers[from].node];
    Link link{.from = from, .to = 0};
    std::string tensor = start.outputs.front();
    for (;;) {
      link.tensors.push_back(tensor);
      const std::vector<int>& readers = connections_.Consumers(tensor);
      if (model::IsGraphOutput(state_.graph, tensor)) {
        if (link.nodes.empty() && readers.empty()) return;  // Nothing follows.
        return Stop(start, fmt::format("'{}' is an output of the model", Printable(tensor)));
      }
      if (readers.size() != 1) {
        return Stop(start,
                    fmt::format("'{}' is read by {} nodes", Printable(tensor), readers.size()));
      }
      const auto reader = static_cast<std::size_t>(readers.front());
      const Node& node = nodes[reader];
      if (std::ranges::count(node.inputs, tensor) != 1 || node.inputs.front() != tensor) {
        return Stop(start, fmt::format("{} '{}' does not commute with the scaling of channels",
                                       node.op_type, NameOf(node)));
      }
      if (const auto layer = layer_of_.find(reader); layer != layer_of_.end()) {
        link.to = layer->second;
        return Add(start, std::move(link));
      }
      if (const std::string why = WhyNotCommuting(state_, node); !why.empty()) {
        return Stop(start, why);
      }
      link.nodes.push_back(reader);
      tensor = node.outputs.front();
    }
  }

  void Add(const Node& start, Link link) {
    Layer& from = found_.layers[link.from];
    Layer& to = found_.layers[link.to];
    const auto channels = static_cast<std::size_t>(from.linear.channels());
    if (channels != to.linear.input_channels()) {
      return Stop(start, fmt::format("'{}' makes {} channels and reads {}",
                                     NameOf(state_.graph.nodes[to.node]), channels,
                                     to.linear.input_channels()));
    }
    from.link = to.back_link = found_.links.size();
    found_.links.push_back(std::move(link));
  }

  void Stop(const Node& node, std::string why) {
    found_.obstacles.push_back({.node = NameOf(node), .reason = std::move(why)});
  }

  const State& state_;
  const model::Connections& connections_;
  std::map<std::size_t, std::size_t> layer_of_;  // Node to layer.
  LayerLinks found_;
};

}  // namespace

LayerLinks FindLayerLinks(const State& state, const model::Connections& connections) {
  return Finder(state, connections).Find();
}

}  // namespace acc::convert

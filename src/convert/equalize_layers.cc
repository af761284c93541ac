// SPDX-License-Identifier: BSD-3-Clause
// Cross-layer equalization, and high biases absorbed (Nagel et al., Data-Free Quantization Through
// Weight Equalization and Bias Correction, ICCV 2019, sections 4.1 and 4.2).
//
// A channel between two layers may be scaled by any s > 0, and the weights that read it by 1/s,
// where all between commutes with that (layer_links.h). Weights of one tensor share a step, so
// small channels beside large ones lose their digits; s is chosen so that a channel's weights have
// the same largest magnitude in every layer of its chain: the geometric mean of what they had.
// Layers belong to two chains, so this is repeated until nothing changes any more.
//
// The graph computes the same but for the rounding of float32. Tensors whose values it changes get
// other names, and the source's names are gone from the graph: no comparison may take them for the
// golden's.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "convert/layer_links.h"
#include "convert/state.h"

namespace acc::convert {
namespace {

using model::Node;

// Between which channels a kernel lies, and the largest magnitude in it.
struct Kernel {
  std::size_t input = 0;
  std::size_t output = 0;
  double largest = 0;
};

// What is known of a layer while its scales change; its weights are touched once, in the end.
struct Scaled {
  std::vector<Kernel> kernels;
  std::vector<double> input_scale;
  std::vector<double> output_scale;
  std::vector<double> weight;
  std::vector<double> bias;
  std::vector<double> mean;  // Of the batch norm it had; empty without one.
  std::vector<double> deviation;
  bool changed = false;
};

// A channel whose weights are smaller than this share of their layer's largest makes no difference
// in any precision; to scale it up would only blow up its bias.
constexpr double kNegligible = 1e-7;

enum class Side { kInput, kOutput };

// Layers by index, in which `links` join them.
struct Chain {
  std::vector<std::size_t> layers;
  std::vector<std::size_t> links;
};

// A chain goes on through depthwise layers, and ends at others.
std::vector<Chain> ChainsOf(const LayerLinks& found) {
  std::vector<Chain> chains;
  for (std::size_t start = 0; start < found.layers.size(); ++start) {
    const Layer& first = found.layers[start];
    const bool inside_another = first.linear.is_depthwise() && first.back_link.has_value();
    if (!first.link || inside_another) continue;
    Chain chain{.layers = {start}};
    for (std::optional<std::size_t> link = first.link; link;) {
      const std::size_t next = found.links[*link].to;
      chain.links.push_back(*link);
      chain.layers.push_back(next);
      const Layer& layer = found.layers[next];
      link = layer.linear.is_depthwise() ? layer.link : std::nullopt;
    }
    chains.push_back(std::move(chain));
  }
  return chains;
}

Result<Scaled> ScaledFrom(const State& state, const Layer& layer) {
  Scaled scaled;
  const LinearNode& linear = layer.linear;
  ACC_ASSIGN_OR_RETURN(scaled.weight, linear.Weight());
  scaled.bias = linear.bias();
  scaled.input_scale.assign(linear.input_channels(), 1);
  scaled.output_scale.assign(static_cast<std::size_t>(linear.channels()), 1);
  const std::size_t size = linear.kernel_size();
  for (std::size_t start = 0; start + size <= scaled.weight.size(); start += size) {
    Kernel kernel{.input = linear.InputChannelOf(start), .output = linear.OutputChannelOf(start)};
    for (std::size_t i = 0; i < size; ++i) {
      kernel.largest = std::max(kernel.largest, std::abs(scaled.weight[start + i]));
    }
    scaled.kernels.push_back(kernel);
  }
  const Node& node = state.graph.nodes[layer.node];
  const auto statistics = state.batch_norms.find(node.outputs.front());
  if (statistics != state.batch_norms.end()) {
    scaled.mean = statistics->second.mean;
    scaled.deviation = statistics->second.deviation;
  }
  return scaled;
}

std::vector<double> RangesOf(const Scaled& layer, Side side) {
  std::vector<double> ranges(side == Side::kInput ? layer.input_scale.size()
                                                  : layer.output_scale.size());
  for (const Kernel& kernel : layer.kernels) {
    double& range = ranges[side == Side::kInput ? kernel.input : kernel.output];
    range = std::max(range, kernel.largest * layer.input_scale[kernel.input] *
                                layer.output_scale[kernel.output]);
  }
  return ranges;
}

ChannelRanges Extremes(const std::vector<double>& ranges) {
  ChannelRanges extremes;
  for (const double range : ranges) {
    if (range == 0) continue;
    extremes.smallest = extremes.smallest == 0 ? range : std::min(extremes.smallest, range);
    extremes.largest = std::max(extremes.largest, range);
  }
  return extremes;
}

// Zero padding stays zero where the values around it lose a constant.
bool ReadsPadding(const Node& node) {
  if (node.op_type != "Conv") return node.op_type == "ConvTranspose";
  const std::string mode = node.Get<std::string>("auto_pad", "NOTSET");
  if (mode != "NOTSET" && mode != "VALID") return true;
  const auto pads = node.Get<std::vector<std::int64_t>>("pads", {});
  return std::ranges::any_of(pads, [](std::int64_t pad) { return pad != 0; });
}

class Equalizer {
 public:
  explicit Equalizer(State& state) : state_(state), connections_(state.graph) {}

  Status Run() {
    found_ = FindLayerLinks(state_, connections_);
    state_.equalization.obstacles = found_.obstacles;
    chains_ = ChainsOf(found_);
    for (const Layer& layer : found_.layers) {
      ACC_ASSIGN_OR_RETURN(Scaled scaled, ScaledFrom(state_, layer));
      scaled_.push_back(std::move(scaled));
    }
    for (const Chain& chain : chains_) Describe(chain);
    Equalize();
    for (std::size_t i = 0; i < scaled_.size(); ++i) Apply(i);
    for (std::size_t i = 0; i < chains_.size(); ++i) Report(chains_[i], i);
    for (std::size_t i = 0; i < scaled_.size(); ++i) ACC_RETURN_IF_ERROR(Store(i));
    for (const Link& link : found_.links) Rename(link);
    DropUnusedInitializers(state_.graph);
    state_.TypesMayImprove();
    return OkStatus();
  }

 private:
  static Side SideOf(std::size_t place) { return place == 0 ? Side::kOutput : Side::kInput; }

  // Layers that end one chain begin the next, so one chain's scales disturb another's.
  void Equalize() {
    constexpr int kMostRounds = 100;
    constexpr double kSettled = 1e-3;
    for (int round = 0; round < kMostRounds; ++round) {
      double change = 0;
      for (const Chain& chain : chains_) change = std::max(change, EqualizeChain(chain));
      if (change < kSettled) return;
    }
  }

  // Gives every channel the geometric mean of its ranges in all layers. Returns the largest
  // logarithm of a factor.
  double EqualizeChain(const Chain& chain) {
    std::vector<std::vector<double>> ranges;
    for (std::size_t place = 0; place < chain.layers.size(); ++place) {
      ranges.push_back(RangesOf(scaled_[chain.layers[place]], SideOf(place)));
    }
    std::vector<double> largest;
    for (const auto& layer : ranges) largest.push_back(*std::ranges::max_element(layer));
    double change = 0;
    for (std::size_t channel = 0; channel < ranges.front().size(); ++channel) {
      double logarithms = 0;
      bool dead = false;
      for (std::size_t place = 0; place < ranges.size(); ++place) {
        dead = dead || ranges[place][channel] <= kNegligible * largest[place];
        logarithms += std::log(ranges[place][channel]);
      }
      if (dead || !std::isfinite(logarithms)) continue;
      const double aim = logarithms / static_cast<double>(ranges.size());
      double scale = 1;
      for (std::size_t place = 0; place < ranges.size(); ++place) {
        const double factor = std::exp(aim - std::log(ranges[place][channel]));
        change = std::max(change, std::abs(std::log(factor)));
        Scale(chain, place, channel, scale, factor);
        scale *= factor;
      }
    }
    return change;
  }

  // `scale` is what the channel is scaled by before this layer, `factor` what its weights are to be
  // scaled by.
  void Scale(const Chain& chain, std::size_t place, std::size_t channel, double scale,
             double factor) {
    Scaled& layer = scaled_[chain.layers[place]];
    layer.changed = true;
    if (place > 0) layer.input_scale[channel] /= scale;
    if (place + 1 < chain.layers.size()) layer.output_scale[channel] *= scale * factor;
  }

  void Apply(std::size_t index) {
    Scaled& layer = scaled_[index];
    if (!layer.changed) return;
    const LinearNode& linear = found_.layers[index].linear;
    for (std::size_t element = 0; element < layer.weight.size(); ++element) {
      layer.weight[element] *= layer.input_scale[linear.InputChannelOf(element)] *
                               layer.output_scale[linear.OutputChannelOf(element)];
    }
    for (auto* values : {&layer.bias, &layer.mean, &layer.deviation}) {
      for (std::size_t i = 0; i < values->size(); ++i) (*values)[i] *= layer.output_scale[i];
    }
  }

  void Describe(const Chain& chain) {
    EqualizedChain report;
    for (std::size_t place = 0; place < chain.layers.size(); ++place) {
      const std::size_t layer = chain.layers[place];
      const auto ranges = RangesOf(scaled_[layer], SideOf(place));
      const Node& node = state_.graph.nodes[found_.layers[layer].node];
      report.channels = ranges.size();
      report.layers.push_back({.node = Printable(node.name.empty() ? node.outputs[0] : node.name),
                               .before = Extremes(ranges)});
    }
    state_.equalization.chains.push_back(std::move(report));
  }

  void Report(const Chain& chain, std::size_t index) {
    EqualizedChain& report = state_.equalization.chains[index];
    for (std::size_t place = 0; place < chain.layers.size(); ++place) {
      report.layers[place].after = Extremes(RangesOf(scaled_[chain.layers[place]], SideOf(place)));
    }
    if (!state_.options.absorb_biases) return;
    for (const std::size_t link : chain.links) report.absorbed += Absorb(found_.links[link]);
  }

  // Moves what a channel has above zero at all times into the bias of the next layer. Returns the
  // number of such channels.
  std::size_t Absorb(const Link& link) {
    constexpr double kDeviations = 3;  // As in the paper.
    Scaled& from = scaled_[link.from];
    Scaled& to = scaled_[link.to];
    const std::vector<Node>& nodes = state_.graph.nodes;
    const bool relu = link.nodes.size() == 1 && nodes[link.nodes.front()].op_type == "Relu";
    if (from.mean.empty() || !relu || ReadsPadding(nodes[found_.layers[link.to].node])) return 0;
    std::vector<double> surplus(from.mean.size());
    std::size_t channels = 0;
    for (std::size_t i = 0; i < surplus.size(); ++i) {
      surplus[i] = std::max(0.0, from.mean[i] - kDeviations * from.deviation[i]);
      channels += surplus[i] > 0 ? 1 : 0;
      from.bias[i] -= surplus[i];
      from.mean[i] -= surplus[i];
    }
    if (channels == 0) return 0;
    from.changed = to.changed = true;
    const LinearNode& next = found_.layers[link.to].linear;
    for (std::size_t element = 0; element < to.weight.size(); ++element) {
      to.bias[next.OutputChannelOf(element)] +=
          to.weight[element] * surplus[next.InputChannelOf(element)];
    }
    return channels;
  }

  Status Store(std::size_t index) {
    const Scaled& layer = scaled_[index];
    if (!layer.changed) return OkStatus();
    Node& node = state_.graph.nodes[found_.layers[index].node];
    ACC_ASSIGN_OR_RETURN(node, found_.layers[index].linear.Replaced(state_, connections_, node,
                                                                    layer.weight, layer.bias));
    return OkStatus();
  }

  // The tensors between have other values than those of these names in the source.
  void Rename(const Link& link) {
    const Layer& to = found_.layers[link.to];
    std::vector<std::size_t> nodes = {found_.layers[link.from].node};
    nodes.insert(nodes.end(), link.nodes.begin(), link.nodes.end());
    nodes.push_back(to.node);
    const Node& last = state_.graph.nodes[to.node];
    const std::string reason =
        fmt::format("scaled by cross-layer equalization with {}",
                    Printable(last.name.empty() ? last.outputs.front() : last.name));
    for (std::size_t i = 0; i < link.tensors.size(); ++i) {
      const std::string renamed = state_.NewName(link.tensors[i] + "_equalized");
      state_.graph.nodes[nodes[i]].outputs.front() = renamed;
      state_.graph.nodes[nodes[i + 1]].inputs.front() = renamed;
      state_.Remove(link.tensors[i], reason);
    }
  }

  State& state_;
  const model::Connections connections_;
  LayerLinks found_;
  std::vector<Chain> chains_;
  std::vector<Scaled> scaled_;  // As found_.layers.
};

}  // namespace

Status EqualizeLayers(State& state) {
  if (!state.options.equalize_layers) return OkStatus();
  ACC_RETURN_IF_ERROR(state.UpdateTypes());
  return Equalizer(state).Run();
}

std::string Summary(const Equalization& equalization) {
  if (!equalization.chains.empty()) {
    std::set<std::string> layers;
    std::size_t absorbed = 0;
    for (const EqualizedChain& chain : equalization.chains) {
      for (const EqualizedLayer& layer : chain.layers) layers.insert(layer.node);
      absorbed += chain.absorbed;
    }
    return fmt::format(
        "cross-layer equalization: {} layers in {} chains{}; {} layers have no partner",
        layers.size(), equalization.chains.size(),
        absorbed == 0 ? "" : fmt::format("; the large biases of {} channels moved on", absorbed),
        equalization.obstacles.size());
  }
  if (equalization.obstacles.empty()) {
    return "no pair of layers can be equalized: no convolution or matrix product with constant "
           "weights follows another";
  }
  constexpr std::size_t kMost = 3;
  std::vector<std::string> reasons;
  for (const Obstacle& obstacle : equalization.obstacles) {
    if (reasons.size() == kMost) break;
    reasons.push_back(fmt::format("after '{}', {}", obstacle.node, obstacle.reason));
  }
  const std::size_t more = equalization.obstacles.size() - reasons.size();
  return fmt::format("no pair of layers can be equalized: {}{}", Join(reasons, "; "),
                     more == 0 ? "" : fmt::format("; and {} more", more));
}

}  // namespace acc::convert

// SPDX-License-Identifier: BSD-3-Clause
// The target's converter and its plugin know operators that frameworks write in parts, and compute
// them as one: nothing between the parts is rounded. A pattern is looked for from its last node
// backwards; it is fused where nobody else reads what lies inside, and the file gives none of it an
// encoding.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "convert/fusion.h"

namespace acc::convert {
namespace {

using model::Node;

constexpr std::array<std::optional<Fusion> (*)(const PatternView&, std::size_t), 4> kPatterns = {
    &GeluAt, &LayerNormAt, &RmsNormAt, &HardSwishAt};

// Whether the file says how one of the tensors inside is stored.
bool HasEncodings(const State& state, const Fusion& fusion, std::size_t last) {
  return std::ranges::any_of(fusion.nodes, [&](std::size_t node) {
    if (node == last) return false;
    const auto found = state.graph.source_tensors.find(state.graph.nodes[node].outputs[0]);
    return found != state.graph.source_tensors.end() && found->second.encoding.has_value();
  });
}

std::optional<Fusion> FusionAt(const PatternView& view, std::size_t last) {
  for (const auto& pattern : kPatterns) {
    std::optional<Fusion> fusion = pattern(view, last);
    if (!fusion) continue;
    std::ranges::sort(fusion->nodes);
    fusion->nodes.erase(std::unique(fusion->nodes.begin(), fusion->nodes.end()),
                        fusion->nodes.end());
    if (view.AreClosed(fusion->nodes, last) && !HasEncodings(view.state(), *fusion, last)) {
      return fusion;
    }
  }
  return std::nullopt;
}

void Apply(State& state, std::size_t last, Fusion fusion, std::set<std::size_t>& gone) {
  for (const std::size_t node : fusion.nodes) {
    if (node == last) continue;
    gone.insert(node);
    state.Remove(state.graph.nodes[node].outputs[0],
                 fmt::format("fused into {} '{}'", fusion.fused.op_type, fusion.fused.name));
  }
  if (!fusion.fused.domain.empty()) state.graph.opsets.emplace(fusion.fused.domain, 1);
  state.graph.nodes[last] = std::move(fusion.fused);
}

}  // namespace

Node FusedNode(const Node& last, std::string op_type, std::vector<std::string> inputs) {
  Node node;
  node.name = last.name;
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = last.outputs;
  return node;
}

std::optional<std::size_t> PatternView::Maker(const std::string& tensor,
                                              std::string_view op_type) const {
  const int maker = connections_.Producer(tensor);
  if (maker < 0) return std::nullopt;
  const Node& node = state_.graph.nodes[static_cast<std::size_t>(maker)];
  if (node.op_type != op_type || !node.domain.empty()) return std::nullopt;
  return static_cast<std::size_t>(maker);
}

std::optional<double> PatternView::Scalar(const std::string& tensor) const {
  const Tensor* constant = state_.Constant(tensor);
  if (constant == nullptr || constant->size() != 1) return std::nullopt;
  const auto values = ToFloats(constant->view());
  return values.ok() ? std::optional<double>(values->front()) : std::nullopt;
}

bool PatternView::Is(const std::string& tensor, double value) const {
  constexpr double kTolerance = 1e-6;
  const auto scalar = Scalar(tensor);
  return scalar && std::abs(*scalar - value) <= kTolerance * std::abs(value);
}

PatternView::Product PatternView::ProductOf(std::size_t mul,
                                            std::vector<std::size_t>& nodes) const {
  Product product;
  const Node& node = state_.graph.nodes[mul];
  nodes.push_back(mul);
  const bool divides = node.op_type == "Div";
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const std::string& input = node.inputs[i];
    if (const auto scalar = Scalar(input)) {
      product.constant *= divides && i == 1 ? 1 / *scalar : *scalar;
      continue;
    }
    auto maker = Maker(input, "Mul");
    if (!maker) maker = Maker(input, "Div");
    // A quotient by a tensor is no product.
    if (divides && i == 1) product.constant = std::numeric_limits<double>::quiet_NaN();
    const bool is_part = maker && connections_.Consumers(input).size() == 1 &&
                         (state_.graph.nodes[*maker].op_type == "Mul" ||
                          Scalar(state_.graph.nodes[*maker].inputs[1]));
    if (!is_part || (divides && i == 1)) {
      product.factors.push_back(input);
      continue;
    }
    const Product inner = ProductOf(*maker, nodes);
    product.constant *= inner.constant;
    product.factors.insert(product.factors.end(), inner.factors.begin(), inner.factors.end());
  }
  return product;
}

std::optional<std::string> PatternView::Other(std::size_t node, const std::string& tensor) const {
  const std::vector<std::string>& inputs = state_.graph.nodes[node].inputs;
  if (inputs.size() != 2) return std::nullopt;
  if (inputs[0] == tensor) return inputs[1];
  return inputs[1] == tensor ? std::optional(inputs[0]) : std::nullopt;
}

bool PatternView::AreClosed(const std::vector<std::size_t>& nodes, std::size_t last) const {
  return std::ranges::all_of(nodes, [&](std::size_t index) {
    const std::vector<std::string>& outputs = state_.graph.nodes[index].outputs;
    if (index == last) return outputs.size() == 1;
    return outputs.size() == 1 && !model::IsGraphOutput(state_.graph, outputs[0]) &&
           std::ranges::all_of(connections_.Consumers(outputs[0]), [&](int reader) {
             return std::ranges::count(nodes, static_cast<std::size_t>(reader)) > 0;
           });
  });
}

Status FusePatterns(State& state) {
  // The file says how it stores what lies between its nodes.
  if (state.graph.onnx_quantization.is_read) return OkStatus();
  ACC_RETURN_IF_ERROR(state.UpdateTypes());
  std::set<std::size_t> gone;
  std::vector<std::pair<std::size_t, Fusion>> fusions;
  {
    const PatternView view(state);
    std::set<std::size_t> taken;
    // From the end: a pattern may hold a smaller one.
    for (std::size_t last = state.graph.nodes.size(); last-- > 0;) {
      auto fusion = FusionAt(view, last);
      if (!fusion) continue;
      const bool overlaps = std::ranges::any_of(
          fusion->nodes, [&](std::size_t node) { return taken.contains(node); });
      if (overlaps) continue;
      taken.insert(fusion->nodes.begin(), fusion->nodes.end());
      fusions.emplace_back(last, *std::move(fusion));
    }
  }
  for (auto& [last, fusion] : fusions) Apply(state, last, std::move(fusion), gone);
  std::size_t index = 0;
  std::erase_if(state.graph.nodes, [&](const Node&) { return gone.contains(index++); });
  if (!fusions.empty()) DropUnusedInitializers(state.graph);
  return OkStatus();
}

}  // namespace acc::convert

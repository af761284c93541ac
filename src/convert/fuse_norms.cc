// SPDX-License-Identifier: BSD-3-Clause
// Layer and RMS normalization in parts, over the last axis:
//
//   d / √(mean(d²) + ε) * scale + bias   with d = x - mean(x)   (Ba, Kiros and Hinton, 2016)
//   x / √(mean(x²) + ε) * scale                                 (Zhang and Sennrich, 2019)
#include <algorithm>

#include "convert/fusion.h"

namespace acc::convert {
namespace {

using model::Node;

constexpr std::int64_t kOpsetOfRmsNorm = 23;

// Whether a ReduceMean goes over the last axis alone and keeps it.
bool IsOverLastAxis(const PatternView& view, std::size_t mean) {
  const Node& node = view.NodeAt(mean);
  if (node.Get<std::int64_t>("keepdims", 1) == 0) return false;
  auto axes = node.Get<std::vector<std::int64_t>>("axes", {});
  if (node.inputs.size() > 1) {
    const Tensor* constant = view.state().Constant(node.inputs[1]);
    if (constant == nullptr || constant->type() != ElementType::kInt64) return false;
    axes.assign(constant->values<std::int64_t>().begin(), constant->values<std::int64_t>().end());
  }
  const ValueInfo* info = view.state().TypeOf(node.inputs[0]);
  if (axes.size() != 1) return false;
  return axes[0] == -1 || (info != nullptr && info->has_rank &&
                           axes[0] + 1 == static_cast<std::int64_t>(info->dims.size()));
}

// The mean over the last axis that makes the tensor, and what it is taken of.
std::optional<std::string> MeanOf(const PatternView& view, const std::string& tensor,
                                  std::vector<std::size_t>& nodes) {
  const auto mean = view.Maker(tensor, "ReduceMean");
  if (!mean || !IsOverLastAxis(view, *mean)) return std::nullopt;
  nodes.push_back(*mean);
  return view.NodeAt(*mean).inputs[0];
}

// What is squared to make the tensor.
std::optional<std::string> SquareOf(const PatternView& view, const std::string& tensor,
                                    std::vector<std::size_t>& nodes) {
  if (const auto power = view.Maker(tensor, "Pow")) {
    if (!view.Is(view.NodeAt(*power).inputs[1], 2)) return std::nullopt;
    nodes.push_back(*power);
    return view.NodeAt(*power).inputs[0];
  }
  const auto product = view.Maker(tensor, "Mul");
  if (!product || view.NodeAt(*product).inputs[0] != view.NodeAt(*product).inputs[1]) {
    return std::nullopt;
  }
  nodes.push_back(*product);
  return view.NodeAt(*product).inputs[0];
}

struct RootMeanSquare {
  std::string of;
  double epsilon = 0;
};

// √(mean(of²) + ε).
std::optional<RootMeanSquare> RootOf(const PatternView& view, const std::string& tensor,
                                     std::vector<std::size_t>& nodes) {
  const auto root = view.Maker(tensor, "Sqrt");
  const auto sum = root ? view.Maker(view.NodeAt(*root).inputs[0], "Add") : std::nullopt;
  if (!sum) return std::nullopt;
  nodes.insert(nodes.end(), {*root, *sum});
  for (const std::string& input : view.NodeAt(*sum).inputs) {
    const auto epsilon = view.Scalar(input);
    const auto mean = view.Other(*sum, input);
    if (!epsilon || !mean) continue;
    const auto squares = MeanOf(view, *mean, nodes);
    const auto of = squares ? SquareOf(view, *squares, nodes) : std::nullopt;
    if (of) return RootMeanSquare{*of, *epsilon};
  }
  return std::nullopt;
}

// A constant with a value for each element of the last axis.
bool IsOverLastAxis(const PatternView& view, const std::string& constant, const std::string& x) {
  const Tensor* values = view.state().Constant(constant);
  const Shape* dims = view.state().StaticDims(x);
  return values != nullptr && dims != nullptr && !dims->empty() && values->dims().size() == 1 &&
         values->dims()[0] == dims->back() && values->type() == ElementType::kFloat32;
}

// A node of one constant of the last axis and something else.
struct Affine {
  std::size_t node = 0;
  std::string input;
  std::string constant;
};
std::optional<Affine> AffineOf(const PatternView& view, std::size_t index, std::string_view op_type,
                               const std::string& shaped_like) {
  const Node& node = view.NodeAt(index);
  if (node.op_type != op_type || !node.domain.empty() || node.inputs.size() != 2) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < 2; ++i) {
    if (IsOverLastAxis(view, node.inputs[i], shaped_like)) {
      return Affine{index, node.inputs[1 - i], node.inputs[i]};
    }
  }
  return std::nullopt;
}

Node Fused(const Node& last, std::string op_type, std::vector<std::string> inputs, double epsilon) {
  Node node = FusedNode(last, std::move(op_type), std::move(inputs));
  node.attributes["axis"] = std::int64_t{-1};
  node.attributes["epsilon"] = static_cast<float>(epsilon);
  return node;
}

// What an inverse is of, as Reciprocal or as a Div of 1.
std::optional<std::string> InverseOf(const PatternView& view, const std::string& tensor,
                                     std::vector<std::size_t>& nodes) {
  auto inverse = view.Maker(tensor, "Reciprocal");
  std::size_t place = 0;
  if (!inverse) {
    inverse = view.Maker(tensor, "Div");
    if (!inverse || !view.Is(view.NodeAt(*inverse).inputs[0], 1)) return std::nullopt;
    place = 1;
  }
  nodes.push_back(*inverse);
  return view.NodeAt(*inverse).inputs[place];
}

// d / √(mean(d²) + ε), or d times the inverse, with d.
std::optional<RootMeanSquare> QuotientOf(const PatternView& view, const std::string& tensor,
                                         std::vector<std::size_t>& nodes) {
  if (const auto quotient = view.Maker(tensor, "Div")) {
    nodes.push_back(*quotient);
    auto root = RootOf(view, view.NodeAt(*quotient).inputs[1], nodes);
    return root && view.NodeAt(*quotient).inputs[0] == root->of ? root : std::nullopt;
  }
  const auto product = view.Maker(tensor, "Mul");
  if (!product) return std::nullopt;
  for (const std::string& d : view.NodeAt(*product).inputs) {
    std::vector<std::size_t> parts = {*product};
    const auto other = view.Other(*product, d);
    const auto inverse = other ? InverseOf(view, *other, parts) : std::nullopt;
    auto root = inverse ? RootOf(view, *inverse, parts) : std::nullopt;
    if (!root || root->of != d) continue;
    nodes.insert(nodes.end(), parts.begin(), parts.end());
    return root;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Fusion> LayerNormAt(const PatternView& view, std::size_t last) {
  Fusion fusion{.nodes = {last}};
  const auto shift = AffineOf(view, last, "Add", view.NodeAt(last).outputs[0]);
  const auto product = shift ? view.Maker(shift->input, "Mul") : std::nullopt;
  const auto scale =
      product ? AffineOf(view, *product, "Mul", view.NodeAt(last).outputs[0]) : std::nullopt;
  if (!scale) return std::nullopt;
  fusion.nodes.push_back(scale->node);
  const auto root = QuotientOf(view, scale->input, fusion.nodes);
  const auto difference = root ? view.Maker(root->of, "Sub") : std::nullopt;
  if (!difference) return std::nullopt;
  fusion.nodes.push_back(*difference);
  const std::string& x = view.NodeAt(*difference).inputs[0];
  const auto mean = MeanOf(view, view.NodeAt(*difference).inputs[1], fusion.nodes);
  if (!mean || *mean != x) return std::nullopt;
  fusion.fused = Fused(view.NodeAt(last), "LayerNormalization",
                       {x, scale->constant, shift->constant}, root->epsilon);
  return fusion;
}

std::optional<Fusion> RmsNormAt(const PatternView& view, std::size_t last) {
  Fusion fusion{.nodes = {last}};
  const auto scale = AffineOf(view, last, "Mul", view.NodeAt(last).outputs[0]);
  if (!scale) return std::nullopt;
  const auto root = QuotientOf(view, scale->input, fusion.nodes);
  if (!root) return std::nullopt;
  const bool is_standard = view.state().graph.Opset() >= kOpsetOfRmsNorm;
  fusion.fused =
      Fused(view.NodeAt(last), is_standard ? "RMSNormalization" : "SimplifiedLayerNormalization",
            {root->of, scale->constant}, root->epsilon);
  return fusion;
}

}  // namespace acc::convert

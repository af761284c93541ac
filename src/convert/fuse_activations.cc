// SPDX-License-Identifier: BSD-3-Clause
// GELU and HardSwish in parts.
//
// GELU is x/2 * (1 + erf(x/√2)), or with tanh(√(2/π) * (x + 0.044715 x³)) for erf (Hendrycks and
// Gimpel, 2016). Frameworks multiply in any order: a product is taken as the set of its factors.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "convert/fusion.h"

namespace acc::convert {
namespace {

using model::Node;
using Product = PatternView::Product;

constexpr double kCubic = 0.044715;
constexpr std::int64_t kOpsetOfGelu = 20;

bool IsNear(double value, double wanted) {
  constexpr double kTolerance = 1e-5;
  return std::abs(value - wanted) <= kTolerance * std::abs(wanted);
}

// Of u = factor * x: whether `tensor` is u.
bool IsScaled(const PatternView& view, const std::string& tensor, const std::string& x,
              double factor, std::vector<std::size_t>& nodes) {
  auto maker = view.Maker(tensor, "Mul");
  if (!maker) maker = view.Maker(tensor, "Div");
  if (!maker) return false;
  const Product product = view.ProductOf(*maker, nodes);
  return product.factors == std::vector{x} && IsNear(product.constant, factor);
}

// Whether `tensor` is factor * x³.
bool IsCube(const PatternView& view, const std::string& tensor, const std::string& x, double factor,
            std::vector<std::size_t>& nodes) {
  const auto maker = view.Maker(tensor, "Mul");
  if (!maker) return false;
  const Product product = view.ProductOf(*maker, nodes);
  if (!IsNear(product.constant, factor)) return false;
  if (product.factors == std::vector{x, x, x}) return true;
  if (product.factors.size() != 1) return false;
  const auto power = view.Maker(product.factors[0], "Pow");
  if (!power || view.NodeAt(*power).inputs[0] != x || !view.Is(view.NodeAt(*power).inputs[1], 3)) {
    return false;
  }
  nodes.push_back(*power);
  return true;
}

// Whether `tensor` is √(2/π) * (x + 0.044715 x³).
bool IsArgumentOfTanh(const PatternView& view, const std::string& tensor, const std::string& x,
                      std::vector<std::size_t>& nodes) {
  const auto maker = view.Maker(tensor, "Mul");
  if (!maker) return false;
  const Product product = view.ProductOf(*maker, nodes);
  if (product.factors.size() != 1) return false;
  if (!IsNear(product.constant, std::sqrt(2 * std::numbers::inv_pi))) return false;
  const auto sum = view.Maker(product.factors[0], "Add");
  if (!sum) return false;
  nodes.push_back(*sum);
  const auto cube = view.Other(*sum, x);
  return cube && IsCube(view, *cube, x, kCubic, nodes);
}

// "none" or "tanh" where `sum` is 1 + erf(…) or 1 + tanh(…) of x.
std::optional<std::string> BellOf(const PatternView& view, const std::string& sum,
                                  const std::string& x, std::vector<std::size_t>& nodes) {
  const auto add = view.Maker(sum, "Add");
  if (!add) return std::nullopt;
  nodes.push_back(*add);
  for (const std::string& curve : view.NodeAt(*add).inputs) {
    const auto one = view.Other(*add, curve);
    if (!one || !view.Is(*one, 1)) continue;
    if (const auto erf = view.Maker(curve, "Erf")) {
      nodes.push_back(*erf);
      const bool is_gelu =
          IsScaled(view, view.NodeAt(*erf).inputs[0], x, 1 / std::numbers::sqrt2, nodes);
      return is_gelu ? std::optional<std::string>("none") : std::nullopt;
    }
    if (const auto tanh = view.Maker(curve, "Tanh")) {
      nodes.push_back(*tanh);
      const bool is_gelu = IsArgumentOfTanh(view, view.NodeAt(*tanh).inputs[0], x, nodes);
      return is_gelu ? std::optional<std::string>("tanh") : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Fusion> GeluAt(const PatternView& view, std::size_t last) {
  const Node& node = view.NodeAt(last);
  if (node.op_type != "Mul" && node.op_type != "Div") return std::nullopt;
  if (!node.domain.empty() || node.inputs.size() != 2) return std::nullopt;
  Fusion fusion;
  const Product product = view.ProductOf(last, fusion.nodes);
  if (product.factors.size() != 2 || !IsNear(product.constant, 0.5)) return std::nullopt;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string& x = product.factors[i];
    Fusion found = fusion;
    const auto approximate = BellOf(view, product.factors[1 - i], x, found.nodes);
    if (!approximate) continue;
    found.fused = FusedNode(node, "Gelu", {x});
    const bool is_standard = view.state().graph.Opset() >= kOpsetOfGelu;
    if (is_standard) {
      found.fused.attributes["approximate"] = *approximate;
    } else if (*approximate == "none") {
      found.fused.domain = "com.microsoft";
    } else {
      return std::nullopt;  // Nobody's operator before that opset.
    }
    return found;
  }
  return std::nullopt;
}

std::optional<Fusion> HardSwishAt(const PatternView& view, std::size_t last) {
  constexpr std::int64_t kOpsetOfHardSwish = 14;
  const Node& node = view.NodeAt(last);
  if (node.op_type != "Mul" || !node.domain.empty() || node.inputs.size() != 2) return std::nullopt;
  if (view.state().graph.Opset() < kOpsetOfHardSwish) return std::nullopt;
  for (const std::string& x : node.inputs) {
    const auto other = view.Other(last, x);
    const auto gate = other ? view.Maker(*other, "HardSigmoid") : std::nullopt;
    if (!gate || view.NodeAt(*gate).inputs[0] != x) continue;
    const bool is_swish = IsNear(view.NodeAt(*gate).Get<float>("alpha", 0.2F), 1.0 / 6) &&
                          IsNear(view.NodeAt(*gate).Get<float>("beta", 0.5F), 0.5);
    if (is_swish) return Fusion{.nodes = {*gate, last}, .fused = FusedNode(node, "HardSwish", {x})};
  }
  return std::nullopt;
}

}  // namespace acc::convert

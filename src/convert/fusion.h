// SPDX-License-Identifier: BSD-3-Clause
// Patterns of nodes that the target computes as one operator, without storing what lies between.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "convert/state.h"

namespace acc::convert {

// What a pattern is made of, from its last node backwards.
class PatternView {
 public:
  explicit PatternView(const State& state) : state_(state), connections_(state.graph) {}

  const State& state() const { return state_; }
  const model::Node& NodeAt(std::size_t index) const { return state_.graph.nodes[index]; }
  // The standard's node of that operator that makes the tensor.
  std::optional<std::size_t> Maker(const std::string& tensor, std::string_view op_type) const;
  // The value of a constant of one element.
  std::optional<double> Scalar(const std::string& tensor) const;
  // Whether a constant of one element is that, within float32.
  bool Is(const std::string& tensor, double value) const;
  // What a product of several tensors is made of, over the Muls (and Divs by one number) that make
  // nothing else; those are added to `nodes`. Constants of one element are multiplied.
  struct Product {
    std::vector<std::string> factors;
    double constant = 1;
  };
  Product ProductOf(std::size_t mul, std::vector<std::size_t>& nodes) const;
  // The other input of a node of two; nothing where `tensor` is none of them.
  std::optional<std::string> Other(std::size_t node, const std::string& tensor) const;
  // Whether nothing beyond these nodes sees what they make, but for the last one's output.
  bool AreClosed(const std::vector<std::size_t>& nodes, std::size_t last) const;

 private:
  const State& state_;
  model::Connections connections_;
};

struct Fusion {
  std::vector<std::size_t> nodes;  // All that the operator stands for.
  model::Node fused;               // Of the name and the output of the last.
};

// Of the name and the outputs of the last node.
model::Node FusedNode(const model::Node& last, std::string op_type,
                      std::vector<std::string> inputs);

// Nothing where no pattern ends with this node. The parts may be read elsewhere: that is for the
// caller to see.
std::optional<Fusion> GeluAt(const PatternView& view, std::size_t last);
std::optional<Fusion> LayerNormAt(const PatternView& view, std::size_t last);
std::optional<Fusion> RmsNormAt(const PatternView& view, std::size_t last);
std::optional<Fusion> HardSwishAt(const PatternView& view, std::size_t last);

}  // namespace acc::convert

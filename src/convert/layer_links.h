// SPDX-License-Identifier: BSD-3-Clause
// Which linear layers follow each other with nothing between them that would notice if a channel
// were scaled.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "convert/equalization.h"
#include "convert/linear_node.h"
#include "convert/state.h"

namespace acc::convert {

// A layer and the next one that reads what it makes.
struct Link {
  std::size_t from = 0;  // Indices into LayerLinks::layers.
  std::size_t to = 0;
  std::vector<std::string> tensors;  // Between them, in order.
  std::vector<std::size_t> nodes;    // Between them: indices into the graph's nodes.
};

struct Layer {
  std::size_t node = 0;  // Index into the graph's nodes.
  LinearNode linear;
  std::optional<std::size_t> link;       // To the next layer: index into LayerLinks::links.
  std::optional<std::size_t> back_link;  // From the one before.
};

struct LayerLinks {
  std::vector<Layer> layers;  // In the graph's order.
  std::vector<Link> links;
  std::vector<Obstacle> obstacles;  // Of the layers without a link that something follows.
};

// Scaling a channel by a positive number must commute with every node between. These are the
// piecewise linear activations without a bend but at zero, pooling, and what only drops axes of
// size one. Types must be up to date.
LayerLinks FindLayerLinks(const State& state, const model::Connections& connections);

}  // namespace acc::convert

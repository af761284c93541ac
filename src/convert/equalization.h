// SPDX-License-Identifier: BSD-3-Clause
// What cross-layer equalization did to a graph, or why it did nothing.
//
// The weights of successive layers are rescaled channel by channel so that each channel has the
// same range in all of them (Nagel et al., Data-Free Quantization Through Weight Equalization and
// Bias Correction, 2019). What the graph computes stays the same; one step size for all channels
// then suits every one of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace acc::convert {

// The largest magnitudes of a layer's weights, one for each of the chain's channels.
struct ChannelRanges {
  double smallest = 0;  // Of those that are not zero; negligible ones, which stay as they are, too.
  double largest = 0;
};

struct EqualizedLayer {
  std::string node;
  ChannelRanges before;
  ChannelRanges after;
};

// A layer, any number of depthwise layers and a layer, with nothing between them but operators
// that commute with the scaling of channels.
struct EqualizedChain {
  std::vector<EqualizedLayer> layers;  // Two or more.
  std::size_t channels = 0;
  // With Options::absorb_biases: channels whose large bias moved into the next layer. Batch
  // normalization keeps them above zero by more than three standard deviations, and what they
  // always have moves on. Exact for values that stay there, 99.87 % of a normal distribution.
  std::size_t absorbed = 0;
};

// Why a layer could not be equalized with what follows it.
struct Obstacle {
  std::string node;
  std::string reason;  // "'a' is read by 2 nodes", "HardSwish does not commute with scaling", …
};

struct Equalization {
  std::vector<EqualizedChain> chains;  // In the graph's order.
  std::vector<Obstacle> obstacles;     // The same.
};

// For the log: how many chains and layers, or why none.
std::string Summary(const Equalization& equalization);

}  // namespace acc::convert

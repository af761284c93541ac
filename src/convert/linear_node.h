// SPDX-License-Identifier: BSD-3-Clause
// Operators of the form output = weight * input + bias, with constant weight and bias.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "convert/state.h"

namespace acc::convert {

// What is multiplied with and then added to each output channel.
struct ChannelAffine {
  std::vector<double> scale;
  std::vector<double> shift;
};

// Makes `values` the initializer that `node` reads at `input`. An initializer that nobody else
// reads keeps its name, so that what the user says of it stays true.
void ReplaceInitializer(State& state, const model::Connections& connections, model::Node& node,
                        std::size_t input, Tensor values);

// Conv, ConvTranspose, Gemm, or the product of a matrix with a constant matrix.
class LinearNode {
 public:
  // Nothing for other operators, for weights or biases that are not constant, and for types other
  // than float32 and float16. Types must be up to date.
  static std::optional<LinearNode> From(const State& state, const model::Node& node);

  std::int64_t channels() const { return channels_; }
  std::size_t output_rank() const { return output_rank_; }
  bool has_bias() const { return !bias_name_.empty(); }

  // The node that computes channel-wise scale * (what `node` computes) + shift; computed in double
  // and rounded once. New weights and biases become initializers of the state's graph; a weight
  // that has one reader in `connections` is replaced under its own name.
  Result<model::Node> Folded(State& state, const model::Connections& connections,
                             const model::Node& node, const ChannelAffine& affine) const;

 private:
  LinearNode() = default;
  bool ReadConvolution(const State& state, const model::Node& node);
  bool ReadMatrix(const State& state, const model::Node& node);
  bool ReadBias(const State& state, const model::Node& node);
  std::size_t ChannelOf(std::size_t element) const;

  const Tensor* weight_ = nullptr;
  std::int64_t channels_ = 0;
  std::size_t output_rank_ = 0;
  std::vector<double> bias_;  // By channel; zeros where there is none.
  std::string bias_name_;
  // The channel of a weight's element: the element's indices along the channel axis and, for a
  // transposed convolution with groups, the group.
  std::size_t axis_stride_ = 1;
  std::size_t axis_size_ = 1;
  std::size_t group_stride_ = 0;  // 0 without groups.
};

}  // namespace acc::convert

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
  const std::vector<double>& bias() const { return bias_; }  // By channel; zeros without one.

  Result<std::vector<double>> Weight() const;
  // Elements of the weight in a row that have both channels in common.
  std::size_t kernel_size() const { return kernel_size_; }
  // The channels that an element of the weight reads and makes.
  std::size_t OutputChannelOf(std::size_t element) const;
  std::size_t InputChannelOf(std::size_t element) const;
  std::size_t input_channels() const { return input_channels_; }
  // Each channel is made of the channel of the same number alone.
  bool is_depthwise() const;

  // The same node with other weights, and with biases where it had some or one of these is not
  // zero. New weights and biases become initializers of the state's graph, rounded; those that have
  // one reader in `connections` are replaced under their own names.
  Result<model::Node> Replaced(State& state, const model::Connections& connections,
                               const model::Node& node, const std::vector<double>& weight,
                               const std::vector<double>& bias) const;

  // The node that computes channel-wise scale * (what `node` computes) + shift; computed in double
  // and rounded once, then as Replaced.
  Result<model::Node> Folded(State& state, const model::Connections& connections,
                             const model::Node& node, const ChannelAffine& affine) const;

 private:
  LinearNode() = default;
  bool ReadConvolution(const State& state, const model::Node& node);
  bool ReadMatrix(const State& state, const model::Node& node);
  bool ReadInputChannels(const model::Node& node, const Shape& dims);
  bool ReadBias(const State& state, const model::Node& node);

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
  // The same for the channel that it reads.
  std::size_t input_stride_ = 1;
  std::size_t input_size_ = 1;
  std::size_t input_group_stride_ = 0;
  std::size_t input_channels_ = 0;
  std::size_t kernel_size_ = 1;
  std::size_t groups_ = 1;
};

}  // namespace acc::convert

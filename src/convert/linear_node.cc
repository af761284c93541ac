// SPDX-License-Identifier: BSD-3-Clause
#include "convert/linear_node.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace acc::convert {
namespace {

using model::Node;

bool IsFoldableType(ElementType type) {
  return type == ElementType::kFloat32 || type == ElementType::kFloat16;
}

std::size_t Product(Shape::const_iterator begin, Shape::const_iterator end) {
  return static_cast<std::size_t>(
      std::accumulate(begin, end, std::int64_t{1}, std::multiplies<>()));
}

Result<Tensor> Rounded(ElementType type, const Shape& dims, const std::vector<double>& values) {
  const std::vector<float> floats(values.begin(), values.end());
  return FromFloatValues(type, dims, floats);
}

}  // namespace

void ReplaceInitializer(State& state, const model::Connections& connections, Node& node,
                        std::size_t input, Tensor values) {
  const std::string old = node.inputs[input];
  const bool shared = connections.Consumers(old).size() > 1 ||
                      std::ranges::count(node.inputs, old) > 1 ||
                      model::IsGraphOutput(state.graph, old);
  node.inputs[input] = shared ? state.NewName(old) : old;
  state.graph.initializers.insert_or_assign(node.inputs[input], std::move(values));
}

bool LinearNode::ReadConvolution(const State& state, const Node& node) {
  const bool transposed = node.op_type == "ConvTranspose";
  if ((!transposed && node.op_type != "Conv") || node.inputs.size() < 2) return false;
  weight_ = state.Constant(node.inputs[1]);
  if (weight_ == nullptr || weight_->dims().size() < 3) return false;
  const Shape& dims = weight_->dims();
  output_rank_ = dims.size();
  const std::size_t axis = transposed ? 1 : 0;
  axis_size_ = static_cast<std::size_t>(dims[axis]);
  axis_stride_ = Product(dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, dims.end());
  channels_ = dims[axis];
  if (transposed) {
    const auto groups = node.Get<std::int64_t>("group", 1);
    if (groups < 1 || dims[0] % groups != 0) return false;
    channels_ *= groups;
    group_stride_ = static_cast<std::size_t>(dims[0] / groups) * axis_size_ * axis_stride_;
  }
  if (channels_ <= 0 || weight_->size() == 0) return false;
  return ReadInputChannels(node, dims);
}

bool LinearNode::ReadInputChannels(const Node& node, const Shape& dims) {
  const bool transposed = node.op_type == "ConvTranspose";
  const auto groups = node.Get<std::int64_t>("group", 1);
  if (groups < 1 || dims[0] % groups != 0) return false;
  groups_ = static_cast<std::size_t>(groups);
  kernel_size_ = Product(dims.begin() + 2, dims.end());
  input_size_ = static_cast<std::size_t>(dims[transposed ? 0 : 1]);
  input_stride_ = transposed ? axis_size_ * kernel_size_ : kernel_size_;
  input_channels_ = transposed ? input_size_ : input_size_ * groups_;
  if (!transposed && groups > 1) input_group_stride_ = weight_->size() / groups_;
  return true;
}

bool LinearNode::ReadMatrix(const State& state, const Node& node) {
  const bool gemm = node.op_type == "Gemm";
  if ((!gemm && node.op_type != "MatMul") || node.inputs.size() < 2) return false;
  weight_ = state.Constant(node.inputs[1]);
  if (weight_ == nullptr || weight_->dims().size() != 2 || weight_->size() == 0) return false;
  if (!gemm) {
    // With more axes the channel of what follows would not be the matrix's column.
    const ValueInfo* input = state.TypeOf(node.inputs[0]);
    if (input == nullptr || !input->has_rank || input->dims.size() != 2) return false;
  }
  output_rank_ = 2;
  const bool rows = gemm && node.Get<std::int64_t>("transB", 0) != 0;
  channels_ = weight_->dims()[rows ? 0 : 1];
  axis_size_ = static_cast<std::size_t>(channels_);
  axis_stride_ = rows ? static_cast<std::size_t>(weight_->dims()[1]) : 1;
  input_channels_ = static_cast<std::size_t>(weight_->dims()[rows ? 1 : 0]);
  input_size_ = input_channels_;
  input_stride_ = rows ? 1 : axis_size_;
  return true;
}

bool LinearNode::ReadBias(const State& state, const Node& node) {
  bias_.assign(static_cast<std::size_t>(channels_), 0);
  if (node.inputs.size() < 3 || node.inputs[2].empty()) return true;
  const Tensor* bias = state.Constant(node.inputs[2]);
  if (bias == nullptr || bias->type() != weight_->type()) return false;
  // One value a channel, or one for all: Gemm broadcasts, and may have one for each row.
  const Shape& dims = bias->dims();
  const bool by_channel = !dims.empty() && dims.back() == channels_ &&
                          bias->size() == static_cast<std::uint64_t>(channels_);
  if (!by_channel && bias->size() != 1) return false;
  const auto values = ToFloats(bias->view());
  if (!values.ok()) return false;
  const double beta = node.op_type == "Gemm" ? double{node.Get<float>("beta", 1)} : 1;
  for (std::size_t channel = 0; channel < bias_.size(); ++channel) {
    bias_[channel] = beta * double{(*values)[by_channel ? channel : 0]};
  }
  bias_name_ = node.inputs[2];
  return true;
}

std::optional<LinearNode> LinearNode::From(const State& state, const Node& node) {
  LinearNode linear;
  if (!node.domain.empty()) return {};
  if (!linear.ReadConvolution(state, node) && !linear.ReadMatrix(state, node)) return {};
  if (!IsFoldableType(linear.weight_->type()) || !linear.ReadBias(state, node)) return {};
  return linear;
}

std::size_t LinearNode::OutputChannelOf(std::size_t element) const {
  const std::size_t group = group_stride_ == 0 ? 0 : element / group_stride_;
  return group * axis_size_ + element / axis_stride_ % axis_size_;
}

std::size_t LinearNode::InputChannelOf(std::size_t element) const {
  const std::size_t group = input_group_stride_ == 0 ? 0 : element / input_group_stride_;
  return group * input_size_ + element / input_stride_ % input_size_;
}

bool LinearNode::is_depthwise() const {
  return groups_ > 1 && groups_ == input_channels_ &&
         input_channels_ == static_cast<std::size_t>(channels_);
}

Result<std::vector<double>> LinearNode::Weight() const {
  ACC_ASSIGN_OR_RETURN(const std::vector<float> weight, ToFloats(weight_->view()));
  return std::vector<double>(weight.begin(), weight.end());
}

Result<Node> LinearNode::Replaced(State& state, const model::Connections& connections,
                                  const Node& node, const std::vector<double>& weight,
                                  const std::vector<double>& bias) const {
  const ElementType type = weight_->type();
  ACC_ASSIGN_OR_RETURN(Tensor new_weight, Rounded(type, Shape(weight_->dims()), weight));
  ACC_ASSIGN_OR_RETURN(Tensor new_bias, Rounded(type, {channels_}, bias));
  Node replaced = node;
  ReplaceInitializer(state, connections, replaced, 1, std::move(new_weight));
  const bool any_bias = std::ranges::any_of(bias, [](double value) { return value != 0; });
  if (!has_bias() && !any_bias) return replaced;
  if (replaced.op_type == "MatMul") replaced.op_type = "Gemm";
  if (replaced.op_type == "Gemm") replaced.attributes.erase("beta");
  replaced.inputs.resize(3);
  if (has_bias()) {
    ReplaceInitializer(state, connections, replaced, 2, std::move(new_bias));
  } else {
    replaced.inputs[2] = state.NewName(node.name + "_bias");
    state.graph.initializers.emplace(replaced.inputs[2], std::move(new_bias));
  }
  return replaced;
}

Result<Node> LinearNode::Folded(State& state, const model::Connections& connections,
                                const Node& node, const ChannelAffine& affine) const {
  ACC_ASSIGN_OR_RETURN(std::vector<double> weight, Weight());
  for (std::size_t element = 0; element < weight.size(); ++element) {
    weight[element] *= affine.scale[OutputChannelOf(element)];
  }
  std::vector<double> bias = bias_;
  for (std::size_t channel = 0; channel < bias.size(); ++channel) {
    bias[channel] = bias[channel] * affine.scale[channel] + affine.shift[channel];
  }
  return Replaced(state, connections, node, weight, bias);
}

}  // namespace acc::convert

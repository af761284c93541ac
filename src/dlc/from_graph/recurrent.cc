// SPDX-License-Identifier: BSD-3-Clause
// LSTM and GRU: the standard has the weights of all gates in one tensor, QNN one tensor for each.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"
#include "tensor/claimed_size.h"

namespace acc::dlc {
namespace {

constexpr AxisOrder kOrder = AxisOrder::kSource;

// One direction of one node. Steps come first in all tensors.
class Direction {
 public:
  Direction(Builder& builder, const model::Node& node, std::int64_t index, std::int64_t gates)
      : builder_(builder), node_(node), source_(builder.source()), index_(index), gates_(gates) {
    const Shape& input = source_.Dims(node.inputs[0]);
    steps_ = input[0];
    batch_ = input[1];
    hidden_ = source_.Dims(node.inputs[2]).back();
  }

  std::string Weights(std::size_t input, std::int64_t gate) {
    const std::string& tensor = node_.inputs[input];
    const std::int64_t row = (index_ * gates_ + gate) * hidden_;
    return builder_.AddRows(tensor, row, hidden_);
  }

  // Of the input or, in the second half, of the recurrence.
  std::vector<float> Bias(std::int64_t part) const {
    if (!HasInput(node_, 3)) return std::vector<float>(static_cast<std::size_t>(hidden_), 0);
    const std::vector<float> values = *source_.Floats(node_, 3);
    const auto first = values.begin() + (index_ * 2 * gates_ + part) * hidden_;
    return {first, first + hidden_};
  }
  std::string AddBias(const std::vector<float>& values) {
    return builder_.AddStatic(node_.outputs.back() + "_bias",
                              acc::Tensor::FromFloats({hidden_}, values));
  }

  std::string State(std::size_t input) {
    if (!HasInput(node_, input)) {
      const std::vector<float> zeros(static_cast<std::size_t>(batch_ * hidden_), 0);
      return builder_.AddStatic(node_.outputs.back() + "_state",
                                acc::Tensor::FromFloats({batch_, hidden_}, zeros));
    }
    const std::string& tensor = node_.inputs[input];
    if (source_.IsConstant(tensor)) {
      const Shape rows = {source_.Dims(tensor)[0] * batch_, hidden_};
      return builder_.AddRows(tensor, index_ * batch_, batch_, rows);
    }
    std::string state = builder_.Read(tensor, kOrder);
    if (source_.Dims(tensor)[0] != 1) state = AddSlice(state);
    return builder_.AddReshaped(state, {batch_, hidden_});
  }

  // Names to write: of all steps, and of the last one.
  std::string AllSteps() { return Output(0, {steps_, batch_, hidden_}); }
  std::string LastStep(std::size_t output) { return Output(output, {batch_, hidden_}); }

  const std::string& name(std::size_t output) const { return outputs_[output]; }
  // QNN's operators have it in their weights' dims; Qualcomm's reader of DLCs wants it said.
  Attribute HiddenSize() const {
    Attribute size = Uint("hidden_size", static_cast<std::uint64_t>(hidden_));
    size.supplemental = true;
    return size;
  }
  Shape StandardDims(std::size_t output) const {
    return output == 0 ? Shape{steps_, 1, batch_, hidden_} : Shape{1, batch_, hidden_};
  }

 private:
  std::string AddSlice(const std::string& states) {
    const Shape dims = {1, batch_, hidden_};
    const std::vector<std::int64_t> ranges = {index_, index_ + 1, 1, 0, batch_, 1, 0, hidden_, 1};
    std::string slice = builder_.AddCopy(states, "_direction", dims);
    builder_.AddNode({.type = "StridedSlice",
                      .inputs = {states},
                      .outputs = {slice},
                      .attributes = {builder_.Ints("ranges", {3, 3}, ranges)}});
    return slice;
  }

  std::string Output(std::size_t output, const Shape& dims) {
    const bool is_read = HasOutput(node_, output);
    outputs_[output] =
        is_read ? builder_.AddLike(node_.outputs[output], "_direction", dims)
                : builder_.AddNative(node_.outputs.back() + "_unread", DataType::kFloat32, dims);
    return outputs_[output];
  }

  Builder& builder_;
  const model::Node& node_;
  const Source& source_;
  std::int64_t index_;
  std::int64_t gates_;
  std::int64_t steps_ = 0;
  std::int64_t batch_ = 0;
  std::int64_t hidden_ = 0;
  std::array<std::string, 3> outputs_;
};

// Whether the inputs have the dims that the standard asks for: a runtime checks them when it runs
// the node, not before.
bool HaveStandardDims(const Source& source, const model::Node& node, std::int64_t directions,
                      std::int64_t gates) {
  const Shape& input = source.Dims(node.inputs[0]);
  const Shape& recurrence = source.Dims(node.inputs[2]);
  if (input.size() != 3 || recurrence.size() != 3) return false;
  const std::int64_t hidden = recurrence.back();
  const auto fits = [&](std::size_t place, const Shape& dims) {
    return !HasInput(node, place) || source.Dims(node.inputs[place]) == dims;
  };
  // A state that is left out is written as zeros.
  const bool is_plausible =
      hidden > 0 && hidden <= kMostClaimed && input[1] > 0 && input[1] <= kMostClaimed / hidden;
  return is_plausible && fits(1, {directions, gates * hidden, input[2]}) &&
         fits(2, {directions, gates * hidden, hidden}) &&
         fits(3, {directions, 2 * gates * hidden}) && fits(5, {directions, input[1], hidden}) &&
         fits(6, {directions, input[1], hidden});
}

// Lists the directions as QNN numbers them; empty where QNN cannot say what the node does.
std::vector<std::uint32_t> DirectionsOf(const Source& source, const model::Node& node,
                                        std::int64_t gates) {
  const bool is_plain =
      node.Get<std::int64_t>("layout", 0) == 0 && !node.attributes.contains("clip") &&
      !node.attributes.contains("activations") && node.Get<std::int64_t>("input_forget", 0) == 0 &&
      !HasInput(node, 4) && !HasInput(node, 7);
  const bool has_weights = source.IsConstant(node.inputs[1]) && source.IsConstant(node.inputs[2]) &&
                           (!HasInput(node, 3) || source.IsConstant(node.inputs[3]));
  if (!is_plain || !has_weights || source.Type(node.inputs[0]) != ElementType::kFloat32) return {};
  const auto direction = node.Get<std::string>("direction", "forward");
  const bool is_double = direction == "bidirectional";
  if (!HaveStandardDims(source, node, is_double ? 2 : 1, gates)) return {};
  if (is_double) return {0, 1};
  return {direction == "reverse" ? 1U : 0U};
}

// What the directions made, side by side, in the standard's dims.
void JoinDirections(Builder& builder, const model::Node& node,
                    const std::vector<Direction>& directions, std::size_t output) {
  if (!HasOutput(node, output)) return;
  const std::string& tensor = node.outputs[output];
  const std::string written = builder.Write(tensor, kOrder);
  if (directions.size() == 1) {
    builder.AddNode(
        {.type = "Reshape", .inputs = {directions[0].name(output)}, .outputs = {written}});
    return;
  }
  Node join{
      .type = "Concat", .outputs = {written}, .attributes = {Uint("axis", output == 0 ? 1 : 0)}};
  for (const Direction& direction : directions) {
    join.inputs.push_back(
        builder.AddReshaped(direction.name(output), direction.StandardDims(output)));
  }
  builder.AddNode(std::move(join));
}

std::vector<float> Sum(std::vector<float> a, const std::vector<float>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

// The standard's gates, in its order.
constexpr std::int64_t kInputGate = 0;
constexpr std::int64_t kOutputGate = 1;
constexpr std::int64_t kForgetGate = 2;
constexpr std::int64_t kCellGate = 3;

std::vector<std::string> LstmInputs(Builder& builder, const model::Node& node, Direction& d) {
  const auto bias = [&](std::int64_t gate) {
    return d.AddBias(Sum(d.Bias(gate), d.Bias(gate + 4)));
  };
  std::vector<std::string> inputs = {builder.Read(node.inputs[0], kOrder)};
  for (const std::size_t of : {1, 2}) {
    for (const auto gate : {kForgetGate, kCellGate, kOutputGate}) {
      inputs.push_back(d.Weights(of, gate));
    }
  }
  for (const auto gate : {kForgetGate, kCellGate, kOutputGate}) inputs.push_back(bias(gate));
  inputs.insert(inputs.end(), {d.State(5), d.State(6)});
  inputs.insert(inputs.end(), 4, builder.Null());  // Normalized gates.
  inputs.insert(inputs.end(), {d.Weights(1, kInputGate), d.Weights(2, kInputGate)});
  inputs.insert(inputs.end(), 3, builder.Null());  // Peepholes.
  inputs.push_back(bias(kInputGate));
  inputs.insert(inputs.end(), 2, builder.Null());  // Projections.
  return inputs;
}

std::vector<Attribute> LstmAttributes(const Direction& d, std::uint32_t direction) {
  std::vector<Attribute> attributes = {Uint("direction", direction), d.HiddenSize(),
                                       Flag("time_major", true)};
  for (const char* unused : {"cell_clip_threshold", "cell_gate_qscale", "forget_gate_qscale",
                             "hidden_state_offset", "hidden_state_qscale", "input_gate_qscale",
                             "output_clip_threshold", "output_gate_qscale"}) {
    attributes.push_back(Real(unused, 0));
  }
  return attributes;
}

// In the standard the hidden state comes before the cell's, in QNN after it.
bool WriteLstm(Builder& builder, const model::Node& node) {
  const std::vector<std::uint32_t> numbers = DirectionsOf(builder.source(), node, 4);
  if (numbers.empty()) return false;
  std::vector<Direction> directions;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Direction& d = directions.emplace_back(builder, node, static_cast<std::int64_t>(i), 4);
    std::vector<std::string> inputs = LstmInputs(builder, node, d);
    std::vector<std::string> outputs = {d.AllSteps(), d.LastStep(2), d.LastStep(1)};
    builder.AddNode({.name = node.name,
                     .type = "Lstm",
                     .inputs = std::move(inputs),
                     .outputs = std::move(outputs),
                     .attributes = LstmAttributes(d, numbers[i])});
  }
  for (std::size_t output = 0; output < 3; ++output) {
    JoinDirections(builder, node, directions, output);
  }
  return true;
}

bool WriteGru(Builder& builder, const model::Node& node) {
  const std::vector<std::uint32_t> numbers = DirectionsOf(builder.source(), node, 3);
  const auto linear = static_cast<std::uint64_t>(node.Get<std::int64_t>("linear_before_reset", 0));
  if (numbers.empty()) return false;
  std::vector<Direction> directions;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Direction& d = directions.emplace_back(builder, node, static_cast<std::int64_t>(i), 3);
    std::vector<std::string> inputs = {builder.Read(node.inputs[0], kOrder)};
    for (const std::size_t of : {1, 2}) {
      for (std::int64_t gate = 0; gate < 3; ++gate) inputs.push_back(d.Weights(of, gate));
    }
    for (std::int64_t part = 0; part < 6; ++part) inputs.push_back(d.AddBias(d.Bias(part)));
    inputs.push_back(d.State(5));
    std::vector<std::string> outputs = {d.AllSteps(), d.LastStep(1)};
    builder.AddNode(
        {.name = node.name,
         .type = "Gru",
         .inputs = std::move(inputs),
         .outputs = std::move(outputs),
         .attributes = {Uint("direction", numbers[i]), d.HiddenSize(),
                        Uint("linear_before_reset", linear), Flag("time_major", true)}});
  }
  for (std::size_t output = 0; output < 2; ++output) {
    JoinDirections(builder, node, directions, output);
  }
  return true;
}

constexpr OperatorRow kRows[] = {{"GRU", WriteGru}, {"LSTM", WriteLstm}};

}  // namespace

std::span<const OperatorRow> RecurrentRows() { return kRows; }

}  // namespace acc::dlc

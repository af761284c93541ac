// SPDX-License-Identifier: BSD-3-Clause
// Activation functions: one input, one output of the same dims.
#include <fmt/format.h>

#include <cstdlib>
#include <limits>
#include <utility>

#include "base/text.h"
#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/broadcast.h"
#include "dlc/from_graph/operators.h"
#include "dlc/operations.h"

namespace acc::dlc {
namespace {

constexpr std::uint32_t kReluMinMax = 5;
// The serializer spells some operations with QNN's own type.
constexpr std::string_view kElementWiseNeuron = "ElementWiseNeuron";

std::uint32_t NumberOf(std::string_view onnx_operator) {
  return OperationOf(onnx_operator)->number;
}

void AddNeuron(Builder& builder, const model::Node& node, std::string_view type,
               std::vector<Attribute> attributes) {
  builder.AddNode(node, type, std::span(node.inputs).first(1),
                  builder.source().Stored(node.outputs.front()), std::move(attributes));
}

bool WriteNeuron(Builder& builder, const model::Node& node) {
  AddNeuron(builder, node, kNeuronType, {Uint("operation", NumberOf(node.op_type))});
  return true;
}

bool WriteElu(Builder& builder, const model::Node& node) {
  AddNeuron(builder, node, kNeuronType,
            {Real("alpha", node.Get<float>("alpha", 1)), Uint("operation", NumberOf("Elu"))});
  return true;
}

bool WriteCelu(Builder& builder, const model::Node& node) {
  return node.Get<float>("alpha", 1) == 1 && WriteElu(builder, node);
}

bool WriteGelu(Builder& builder, const model::Node& node) {
  if (node.Get<std::string>("approximate", "none") != "none") {
    builder.Warn(fmt::format(
        "node '{}' (Gelu) is written as QNN's Gelu, which does not say that it is approximated",
        Printable(node.name)));
  }
  AddNeuron(builder, node, kNeuronType, {Uint("operation", NumberOf("Gelu"))});
  return true;
}

bool WriteHardSigmoid(Builder& builder, const model::Node& node) {
  AddNeuron(
      builder, node, kElementWiseNeuron,
      {Real("alpha", node.Get<float>("alpha", 0.2F)), Real("beta", node.Get<float>("beta", 0.5F)),
       Uint("operation", NumberOf("HardSigmoid"))});
  return true;
}

bool WriteHardSwish(Builder& builder, const model::Node& node) {
  AddNeuron(builder, node, kElementWiseNeuron, {Uint("operation", NumberOf("HardSwish"))});
  return true;
}

// Beyond the threshold, QNN's function is the identity.
std::vector<Attribute> SoftplusAttributes() {
  return {Real("beta", 1), Uint("operation", NumberOf("Softplus")), Real("threshold", 20)};
}

bool WriteSoftplus(Builder& builder, const model::Node& node) {
  AddNeuron(builder, node, kElementWiseNeuron, SoftplusAttributes());
  return true;
}

struct Bounds {
  bool constant = true;
  float min = std::numeric_limits<float>::lowest();
  float max = std::numeric_limits<float>::max();
};

Bounds BoundsOf(const Source& source, const model::Node& node) {
  Bounds bounds;
  bounds.min = node.Get<float>("min", bounds.min);
  bounds.max = node.Get<float>("max", bounds.max);
  const auto read = [&](std::size_t input, float& bound) {
    if (!HasInput(node, input)) return;
    const auto values = source.Floats(node, input);
    bounds.constant = bounds.constant && values && values->size() == 1;
    if (bounds.constant) bound = values->front();
  };
  read(1, bounds.min);
  read(2, bounds.max);
  return bounds;
}

// With bounds that are known only at run time, or of integers: the larger of input and lower bound,
// then the smaller of that and the upper bound.
bool WriteClipByParts(Builder& builder, const model::Node& node) {
  if (!HasInput(node, 1) && !HasInput(node, 2)) return false;
  const std::string& output = node.outputs.front();
  const AxisOrder order = builder.source().Stored(output);
  const std::size_t rank = builder.source().Rank(output);
  std::string value = builder.Read(node.inputs.front(), order);
  const std::string target = builder.Write(output, order);
  const auto add = [&](std::size_t bound, std::string_view operation, bool is_last) {
    const std::string to =
        is_last ? target : builder.AddBetween(output, "_bounded", builder.DimsOf(value));
    builder.AddNode({.name = is_last ? node.name : "",
                     .type = std::string(kBinaryType),
                     .inputs = {value, ReadOperand(builder, node.inputs[bound], rank, order)},
                     .outputs = {to},
                     .attributes = {Uint("operation", NumberOf(operation))}});
    value = to;
  };
  if (HasInput(node, 1)) add(1, "Max", !HasInput(node, 2));
  if (HasInput(node, 2)) add(2, "Min", true);
  return true;
}

// Whether a float32 is the bound, where the input has one.
bool IsExact(const Source& source, const model::Node& node, std::size_t input) {
  constexpr std::int64_t kLargest = 1 << std::numeric_limits<float>::digits;
  const auto values = source.Ints(node, input);
  return !values || (values->size() == 1 && std::abs(values->front()) <= kLargest);
}

// QNN has the bounds as floats, of integers too.
bool WriteClip(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const Bounds bounds = BoundsOf(source, node);
  if (!bounds.constant || !IsExact(source, node, 1) || !IsExact(source, node, 2)) {
    return WriteClipByParts(builder, node);
  }
  AddNeuron(builder, node, kNeuronType,
            {Real("max_value", bounds.max), Real("min_value", bounds.min),
             Uint("operation", kReluMinMax)});
  return true;
}

bool WriteLeakyRelu(Builder& builder, const model::Node& node) {
  const std::string& output = node.outputs.front();
  const AxisOrder order = builder.source().Stored(output);
  const std::string slope = builder.AddNumber(output, "_slope", node.Get<float>("alpha", 0.01F));
  builder.AddNode({.name = node.name,
                   .type = "Prelu",
                   .inputs = {builder.Read(node.inputs.front(), order), slope},
                   .outputs = {builder.Write(output, order)}});
  return true;
}

bool WritePrelu(Builder& builder, const model::Node& node) {
  const std::string& output = node.outputs.front();
  const AxisOrder order = BroadcastOrder(builder, node.inputs, output);
  const std::size_t rank = builder.source().Rank(output);
  builder.AddNode({.name = node.name,
                   .type = "Prelu",
                   .inputs = {builder.Read(node.inputs[0], order),
                              ReadOperand(builder, node.inputs[1], rank, order)},
                   .outputs = {builder.Write(output, order)}});
  return true;
}

// Functions of several steps, all in the order of the output.
class Steps {
 public:
  Steps(Builder& builder, const model::Node& node)
      : builder_(builder), node_(node), order_(builder.source().Stored(node.outputs.front())) {
    input_ = builder.Read(node.inputs.front(), order_);
  }

  const std::string& input() const { return input_; }

  std::string Number(float value) {
    return builder_.AddNumber(node_.outputs.front(), "_number", value);
  }
  std::string Step(std::string_view type, std::vector<std::string> inputs,
                   std::vector<Attribute> attributes) {
    std::string to = builder_.AddBetween(node_.outputs.front(), "_step", builder_.DimsOf(input_));
    Add("", type, std::move(inputs), to, std::move(attributes));
    return to;
  }
  bool Last(std::string_view type, std::vector<std::string> inputs,
            std::vector<Attribute> attributes) {
    Add(node_.name, type, std::move(inputs), builder_.Write(node_.outputs.front(), order_),
        std::move(attributes));
    return true;
  }
  std::string Compare(std::string_view onnx_operator, float bound) {
    std::string to = builder_.AddNative(node_.outputs.front() + "_mask", DataType::kBool8,
                                        builder_.DimsOf(input_));
    Add("", kBinaryType, {input_, Number(bound)}, to, {Uint("operation", NumberOf(onnx_operator))});
    return to;
  }

 private:
  void Add(const std::string& name, std::string_view type, std::vector<std::string> inputs,
           const std::string& output, std::vector<Attribute> attributes) {
    builder_.AddNode({.name = name,
                      .type = std::string(type),
                      .inputs = std::move(inputs),
                      .outputs = {output},
                      .attributes = std::move(attributes)});
  }

  Builder& builder_;
  const model::Node& node_;
  AxisOrder order_;
  std::string input_;
};

// x * tanh(softplus(x))
bool WriteMish(Builder& builder, const model::Node& node) {
  Steps steps(builder, node);
  const std::string softplus =
      steps.Step(kElementWiseNeuron, {steps.input()}, SoftplusAttributes());
  const std::string tanh =
      steps.Step(kNeuronType, {softplus}, {Uint("operation", NumberOf("Tanh"))});
  return steps.Last(kBinaryType, {steps.input(), tanh}, {Uint("operation", NumberOf("Mul"))});
}

// x * sigmoid(alpha * x)
bool WriteSwish(Builder& builder, const model::Node& node, float default_alpha) {
  Steps steps(builder, node);
  const float alpha = node.Get<float>("alpha", default_alpha);
  std::string scaled = steps.input();
  if (alpha != 1) {
    scaled = steps.Step(kBinaryType, {steps.Number(alpha), steps.input()},
                        {Uint("operation", NumberOf("Mul"))});
  }
  const std::string sigmoid =
      steps.Step(kNeuronType, {scaled}, {Uint("operation", NumberOf("Sigmoid"))});
  return steps.Last(kBinaryType, {steps.input(), sigmoid}, {Uint("operation", NumberOf("Mul"))});
}

bool WriteSwish(Builder& builder, const model::Node& node) { return WriteSwish(builder, node, 1); }
bool WriteQuickGelu(Builder& builder, const model::Node& node) {
  return WriteSwish(builder, node, 1.702F);
}

// gamma * elu(x)
bool WriteSelu(Builder& builder, const model::Node& node) {
  Steps steps(builder, node);
  const float alpha = node.Get<float>("alpha", 1.67326319217681884765625F);
  const float gamma = node.Get<float>("gamma", 1.05070102214813232421875F);
  const std::string elu = steps.Step(kNeuronType, {steps.input()},
                                     {Real("alpha", alpha), Uint("operation", NumberOf("Elu"))});
  return steps.Last(kBinaryType, {steps.Number(gamma), elu}, {Uint("operation", NumberOf("Mul"))});
}

bool WriteThresholdedRelu(Builder& builder, const model::Node& node) {
  Steps steps(builder, node);
  const std::string mask = steps.Compare("Greater", node.Get<float>("alpha", 1));
  return steps.Last("Eltwise_Ternary", {mask, steps.input(), steps.Number(0)},
                    {Text("eltwise_type", "ElementWiseSelect")});
}

constexpr std::string_view kMicrosoft = "com.microsoft";

constexpr OperatorRow kRows[] = {
    {"Celu", WriteCelu},
    {"Clip", WriteClip},
    {"Elu", WriteElu},
    {"Gelu", WriteGelu},
    {"Gelu", WriteGelu, kMicrosoft},
    {"HardSigmoid", WriteHardSigmoid},
    {"HardSwish", WriteHardSwish},
    {"LeakyRelu", WriteLeakyRelu},
    {"Mish", WriteMish},
    {"PRelu", WritePrelu},
    {"QuickGelu", WriteQuickGelu, kMicrosoft},
    {"Relu", WriteNeuron},
    {"Selu", WriteSelu},
    {"Sigmoid", WriteNeuron},
    {"Softplus", WriteSoftplus},
    {"Swish", WriteSwish},
    {"Tanh", WriteNeuron},
    {"ThresholdedRelu", WriteThresholdedRelu},
};

}  // namespace

std::span<const OperatorRow> ActivationRows() { return kRows; }

}  // namespace acc::dlc

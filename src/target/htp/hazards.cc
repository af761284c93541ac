// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/hazards.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "target/htp/integer_io.h"

namespace acc::target {
namespace {

using model::Node;

// Below this step of its 16-bit input, the HTP's Softmax answers as if the largest exponential were
// halved: ln(2) / 2^18, found by bisection on the simulator.
constexpr double kSmallestSoftmaxStep = 2.645e-6;

struct Subject {
  const Program& program;
  const model::Connections& connections;
  const Node& node;

  const Node* Maker(std::size_t input) const {
    if (input >= node.inputs.size()) return nullptr;
    const int producer = connections.Producer(node.inputs[input]);
    return producer < 0 ? nullptr : &program.graph.nodes[producer];
  }

  const Tensor* Constant(std::size_t input) const {
    if (input >= node.inputs.size()) return nullptr;
    const auto found = program.graph.initializers.find(node.inputs[input]);
    return found == program.graph.initializers.end() ? nullptr : &found->second;
  }

  // How the first output is quantized; nothing where it is not.
  std::optional<TensorEncoding> OutputEncoding() const {
    for (const int reader : connections.Consumers(node.outputs[0])) {
      const Node& next = program.graph.nodes[reader];
      if (next.op_type == "QuantizeLinear") return EncodingOf(program.graph, next);
    }
    return std::nullopt;
  }

  // How the tensor at `input` is quantized; nothing where it is not.
  std::optional<TensorEncoding> Encoding(std::size_t input) const {
    const Node* maker = Maker(input);
    return maker == nullptr ? std::nullopt : EncodingOf(program.graph, *maker);
  }
};

// What is wrong and what to do instead; nothing where the node is safe.
using Judge = std::optional<std::string> (*)(const Subject& subject);

std::optional<std::string> OfSoftmaxStep(const Subject& subject) {
  const auto encoding = subject.Encoding(0);
  if (!encoding || encoding->channels[0].bitwidth != 16) return std::nullopt;
  const double step = encoding->channels[0].scale;
  if (step >= kSmallestSoftmaxStep) return std::nullopt;
  return fmt::format(
      "reads a 16-bit tensor with a step of {:.3g}. Below {:.4g} the HTP's 16-bit Softmax is wrong "
      "(it halves the largest exponential). Widen the range of its input to at least {:.3g} with "
      "--quantization_overrides, or calibrate with inputs that spread it.",
      step, kSmallestSoftmaxStep, kSmallestSoftmaxStep * 65535);
}

// Tried with ranges from [-2, 2] to [-0.004, 1]: 8 bits are right with zero at an end of the codes
// or in their middle.
std::optional<std::string> OfSoftmaxZero(const Subject& subject) {
  const auto encoding = subject.OutputEncoding();
  if (!encoding || encoding->channels[0].bitwidth != 8) return std::nullopt;
  const Encoding& output = encoding->channels[0];
  constexpr std::int64_t kMiddle = -128;
  if (output.offset == 0 || output.offset == kMiddle) return std::nullopt;
  return fmt::format(
      "makes an 8-bit tensor of the range [{:.4g}, {:.4g}], in which zero is code {}. The HTP's "
      "8-bit Softmax is wrong unless that is 0 or 128. Give it the range [0, 1] with "
      "--quantization_overrides.",
      output.min, output.max, -output.offset);
}

// Tried with windows of 2 and 3 and strides of as much and one less, at 8 and 16 bits and in half
// precision; MaxPool is right.
std::optional<std::string> OfAveragePool(const Subject& subject) {
  if (subject.node.Get<std::int64_t>("ceil_mode", 0) == 0) return std::nullopt;
  return "rounds its output's size up, and where the last window reaches over the edge the HTP "
         "divides by the whole window, or fails. Pad the input so that the windows fit, with "
         "ceil_mode 0.";
}

std::optional<std::string> OfLog(const Subject& subject) {
  const auto encoding = subject.Encoding(0);
  if (!encoding || encoding->channels[0].bitwidth != 16) return std::nullopt;
  return "reads a 16-bit tensor, and the HTP's 16-bit Log gives the same number for every element. "
         "Use --act_bitwidth 8 or --precision fp16.";
}

std::optional<std::string> OfCumSum(const Subject& subject) {
  const auto encoding = subject.Encoding(0);
  if (!encoding || encoding->channels[0].bitwidth > 8) return std::nullopt;
  return "is wrong on the HTP with 8 bits. Use --act_bitwidth 16 or --precision fp16.";
}

std::optional<std::string> OfSwish(const Subject& subject) {
  if (!subject.Encoding(0)) return std::nullopt;
  return "is wrong on the HTP in integers. Write it as Mul(x, Sigmoid(x)), which is right there, "
         "or use --precision fp16.";
}

std::optional<std::string> OfCast(const Subject& subject) {
  const Node* maker = subject.Maker(0);
  constexpr std::int64_t kOnnxFloat = 1;
  const bool makes_float = subject.node.Get<std::int64_t>("to", 0) == kOnnxFloat;
  if (!makes_float || maker == nullptr || maker->op_type != "Cast") return std::nullopt;
  return fmt::format(
      "makes a float again of what '{}' made an integer, and the HTP's plugin leaves both out, so "
      "that nothing is cut off. Cut with Floor, or Ceil for negative numbers, instead.",
      maker->name);
}

std::optional<std::string> OfPad(const Subject& subject) {
  const auto& inputs = subject.program.graph.inputs;
  const bool reads_input = std::ranges::any_of(
      inputs, [&](const ValueInfo& input) { return input.name == subject.node.inputs[0]; });
  const bool is_edge = subject.node.Get<std::string>("mode", "constant") == "edge";
  if (!subject.program.half || !reads_input || !is_edge) return std::nullopt;
  return "pads an input of the graph with its edge, which the HTP gets wrong in half precision. "
         "Put another operator before it, or use --precision int8.";
}

bool AreWhole(const Tensor* scales) {
  if (scales == nullptr) return false;
  const auto factors = ToFloats(scales->view());
  return factors.ok() && !factors->empty() && std::ranges::all_of(*factors, [](float factor) {
           return factor >= 1 && factor == std::round(factor);
         });
}

// Tried in all modes, with factors of 2, 3, 1.5, 0.5 and two that are no fractions.
std::optional<std::string> OfResize(const Subject& subject) {
  const Node& node = subject.node;
  if (node.Get<std::string>("mode", "nearest") != "nearest") return std::nullopt;
  const auto place = node.Get<std::string>("coordinate_transformation_mode", "half_pixel");
  const auto rounding = node.Get<std::string>("nearest_mode", "round_prefer_floor");
  const bool is_whole = AreWhole(subject.Constant(2));
  bool is_right = place == "asymmetric" ? rounding != "round_prefer_ceil"
                                        : rounding == "round_prefer_floor" && is_whole;
  is_right |= rounding == "round_prefer_ceil" &&
              (place == "half_pixel" || place == "align_corners" || is_whole);
  if (is_right) return std::nullopt;
  return fmt::format(
      "takes the nearest element with coordinate_transformation_mode {} and nearest_mode {}, where "
      "the HTP takes others{}. It is right with asymmetric and floor, and with half_pixel and "
      "round_prefer_ceil.",
      place, rounding, rounding.starts_with("round") ? " for factors that are not whole" : "");
}

// One symmetric weight is enough, which quantization sees to; not where the encodings were given.
std::optional<std::string> OfGru(const Subject& subject) {
  const auto encoding = subject.Encoding(0);
  if (!encoding || encoding->channels[0].bitwidth != 16 || subject.node.outputs.size() < 2) {
    return std::nullopt;
  }
  const auto bits = [](const std::optional<TensorEncoding>& of) {
    return of ? of->channels[0].bitwidth : 0;
  };
  const auto is_asymmetric = [](const std::optional<TensorEncoding>& of) {
    return of && of->channels[0].offset != -(std::int64_t{1} << (of->channels[0].bitwidth - 1));
  };
  if (bits(subject.Encoding(3)) != 32 || !is_asymmetric(subject.Encoding(1)) ||
      !is_asymmetric(subject.Encoding(2))) {
    return std::nullopt;
  }
  return "has 16-bit activations, a 32-bit bias and asymmetric weights, and the HTP gets both "
         "outputs of such a GRU wrong. Make one of its weights symmetric.";
}

// Whether the tensor at `input` is an input of the graph, moved at most.
bool IsMovedGraphInput(const Subject& subject, std::size_t input) {
  constexpr std::array<std::string_view, 10> kMoves = {
      "Concat", "DequantizeLinear", "Flatten",   "QuantizeLinear", "Reshape", "Slice",
      "Split",  "Squeeze",          "Transpose", "Unsqueeze"};
  std::string tensor = subject.node.inputs[input];
  for (;;) {
    const int producer = subject.connections.Producer(tensor);
    if (producer < 0) return !subject.program.graph.initializers.contains(tensor);
    const Node& maker = subject.program.graph.nodes[producer];
    if (std::ranges::find(kMoves, maker.op_type) == kMoves.end()) return false;
    tensor = maker.inputs[0];
  }
}

// The plugin then fails to build the graph for want of memory, whatever there is of it.
std::optional<std::string> OfPRelu(const Subject& subject) {
  const auto encoding = subject.Encoding(0);
  if (!encoding || encoding->channels[0].bitwidth != 16 || !IsMovedGraphInput(subject, 0)) {
    return std::nullopt;
  }
  const Node* slope = subject.Maker(1);
  const auto values = slope == nullptr ? subject.program.graph.initializers.end()
                                       : subject.program.graph.initializers.find(slope->inputs[0]);
  if (values == subject.program.graph.initializers.end()) return std::nullopt;
  if (ElementCount(values->second.dims()).value_or(0) <= 1) return std::nullopt;
  return "reads a 16-bit input of the graph with a slope for each channel, which the HTP's plugin "
         "cannot build. Put an operator that computes before it (a MaxPool of 1x1 changes "
         "nothing), "
         "or use --act_bitwidth 8.";
}

std::optional<std::string> OfLrn(const Subject& subject) {
  const auto encoding = subject.Encoding(0);
  if (!encoding || encoding->channels[0].bitwidth != 16) return std::nullopt;
  return "reads a 16-bit tensor, and the HTP's plugin cannot run such an LRN. Use --act_bitwidth 8 "
         "or --precision fp16.";
}

struct HazardRow {
  std::string_view op_type;
  std::string_view rule;
  Judge of;
};

constexpr std::array kHazards = {
    HazardRow{"AveragePool", "average-pool-ceil", &OfAveragePool},
    HazardRow{"Cast", "cast-there-and-back", &OfCast},
    HazardRow{"CumSum", "cumsum-8-bits", &OfCumSum},
    HazardRow{"GRU", "gru-weights", &OfGru},
    HazardRow{"LRN", "lrn-16-bits", &OfLrn},
    HazardRow{"Log", "log-16-bits", &OfLog},
    HazardRow{"PRelu", "prelu-graph-input", &OfPRelu},
    HazardRow{"Pad", "pad-edge-half", &OfPad},
    HazardRow{"Resize", "resize-nearest", &OfResize},
    HazardRow{"Softmax", "softmax-step", &OfSoftmaxStep},
    HazardRow{"Softmax", "softmax-zero", &OfSoftmaxZero},
    HazardRow{"Swish", "swish-integers", &OfSwish},
};

}  // namespace

std::vector<Hazard> HtpHazards(const Program& program) {
  std::vector<Hazard> hazards;
  const model::Connections connections(program.graph);
  for (const Node& node : program.graph.nodes) {
    if (node.inputs.empty() || node.outputs.empty()) continue;
    for (const HazardRow& row : kHazards) {
      if (row.op_type != node.op_type) continue;
      auto text = row.of({program, connections, node});
      if (!text) continue;
      hazards.push_back({.rule = std::string(row.rule),
                         .node = node.name,
                         .op_type = node.op_type,
                         .text = *std::move(text)});
    }
  }
  return hazards;
}

}  // namespace acc::target

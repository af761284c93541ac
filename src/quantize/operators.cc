// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/operators.h"

#include <algorithm>
#include <array>
#include <string>

namespace acc::quantize {
namespace {

// Inputs as bits: bit 0 is the first input.
using Inputs = std::uint32_t;
constexpr Inputs kFirst = 1;
constexpr Inputs kSecond = 2;
constexpr Inputs kThird = 4;
constexpr Inputs kFourth = 8;
constexpr Inputs kAfterFirst = ~kFirst;
constexpr Inputs kAll = ~Inputs{0};

struct Rule {
  std::string_view op_type;
  OutputRange range = OutputRange::kOwn;
  Inputs plain = 0;
  Inputs weights = 0;
  Inputs bias = 0;
};

constexpr auto kOwn = OutputRange::kOwn;
constexpr auto kOfInput = OutputRange::kOfInput;
constexpr auto kOfAll = OutputRange::kOfAll;
constexpr auto kFloat = OutputRange::kFloat;

constexpr std::array kRules = {
    // Multiply-accumulate.
    Rule{"Conv", kOwn, 0, kSecond, kThird},
    Rule{"ConvTranspose", kOwn, 0, kSecond, kThird},
    Rule{"Gemm", kOwn, 0, kFirst | kSecond, kThird},
    Rule{"MatMul", kOwn, 0, kFirst | kSecond, 0},
    Rule{"LSTM", kOwn, 1u << 4, kSecond | kThird, kFourth},
    Rule{"GRU", kOwn, 1u << 4, kSecond | kThird, kFourth},
    Rule{"RNN", kOwn, 1u << 4, kSecond | kThird, kFourth},
    Rule{"BatchNormalization", kOwn, kFourth | 1u << 4, kSecond, kThird},
    Rule{"InstanceNormalization", kOwn, 0, kSecond, kThird},
    Rule{"LayerNormalization", kOwn, 0, kSecond, kThird},
    Rule{"GroupNormalization", kOwn, 0, kSecond, kThird},
    // Data movement.
    Rule{"DepthToSpace", kOfInput},
    Rule{"Expand", kOfInput, kAfterFirst},
    Rule{"Flatten", kOfInput},
    Rule{"Gather", kOfInput, kAfterFirst},
    Rule{"GatherElements", kOfInput, kAfterFirst},
    Rule{"GatherND", kOfInput, kAfterFirst},
    Rule{"GlobalMaxPool", kOfInput},
    Rule{"Identity", kOfInput},
    Rule{"MaxPool", kOfInput},
    Rule{"Pad", kOfInput, kAfterFirst},
    Rule{"Reshape", kOfInput, kAfterFirst},
    Rule{"Resize", kOfInput, kAfterFirst},
    Rule{"Scatter", kOfAll, kSecond},
    Rule{"ScatterElements", kOfAll, kSecond},
    Rule{"Slice", kOfInput, kAfterFirst},
    Rule{"SpaceToDepth", kOfInput},
    Rule{"Split", kOfInput, kAfterFirst},
    Rule{"Squeeze", kOfInput, kAfterFirst},
    Rule{"Tile", kOfInput, kAfterFirst},
    Rule{"TopK", kOfInput, kAfterFirst},
    Rule{"Transpose", kOfInput},
    Rule{"Unsqueeze", kOfInput, kAfterFirst},
    Rule{"Upsample", kOfInput, kAfterFirst},
    // Inputs that are no data.
    Rule{"Clip", kOwn, kAfterFirst},
    Rule{"CumSum", kOwn, kAfterFirst},
    Rule{"DynamicQuantizeLSTM", kOwn, kAfterFirst},  // Its file quantized what follows.
    Rule{"Dropout", kOfInput, kAfterFirst},
    Rule{"NonMaxSuppression", kOwn, kThird | kFourth | 1u << 4},
    Rule{"OneHot", kOwn, kFirst | kSecond},
    Rule{"ReduceMax", kOwn, kAfterFirst},
    Rule{"ReduceMean", kOwn, kAfterFirst},
    Rule{"ReduceMin", kOwn, kAfterFirst},
    Rule{"ReduceSum", kOwn, kAfterFirst},
    Rule{"RoiAlign", kOwn, kSecond | kThird},
    // Left as they are.
    Rule{"ConstantOfShape", kFloat, kAll},
    Rule{"DequantizeLinear", kOwn, kAll},
    Rule{"EyeLike", kFloat, kAll},
    Rule{"If", kFloat},
    Rule{"Loop", kFloat},
    Rule{"QuantizeLinear", kFloat, kAfterFirst},
    Rule{"Range", kFloat, kAll},
    Rule{"Scan", kFloat},
    Rule{"Shape", kFloat, kAll},
    Rule{"Size", kFloat, kAll},
};

const Rule& RuleOf(const model::Node& node) {
  static constexpr Rule kCompute{};
  const auto rule = std::find_if(kRules.begin(), kRules.end(),
                                 [&](const Rule& row) { return row.op_type == node.op_type; });
  return rule != kRules.end() ? *rule : kCompute;
}

const Tensor* Constant(const model::Graph& graph, const model::Node& node, std::size_t input) {
  if (input >= node.inputs.size()) return nullptr;
  const auto found = graph.initializers.find(node.inputs[input]);
  return found != graph.initializers.end() ? &found->second : nullptr;
}

bool PadsWithinRange(const model::Graph& graph, const model::Node& node) {
  if (node.Get<std::string>("mode", "constant") != "constant") return true;
  if (node.Get<float>("value", 0) != 0) return false;
  if (node.inputs.size() < 3 || node.inputs[2].empty()) return true;
  const Tensor* value = Constant(graph, node, 2);
  if (value == nullptr) return false;
  const auto number = ToFloats(value->view());
  return number.ok() &&
         std::all_of(number->begin(), number->end(), [](float element) { return element == 0; });
}

bool IsOneOf(const model::Node& node, std::initializer_list<std::string_view> op_types) {
  return std::find(op_types.begin(), op_types.end(), node.op_type) != op_types.end();
}

}  // namespace

InputRole RoleOf(const model::Node& node, std::size_t input) {
  const Rule& rule = RuleOf(node);
  const Inputs bit = input < 31 ? kFirst << input : Inputs{1} << 31;
  if ((rule.plain & bit) != 0) return InputRole::kPlain;
  if ((rule.weights & bit) != 0) return InputRole::kWeight;
  if ((rule.bias & bit) != 0) return InputRole::kBias;
  return InputRole::kData;
}

OutputRange OutputRangeOf(const model::Graph& graph, const model::Node& node) {
  if (IsOneOf(node, {"Resize", "Upsample"})) {
    return node.Get<std::string>("mode", "nearest") == "nearest" ? kOfInput : kOwn;
  }
  if (node.op_type == "Pad") return PadsWithinRange(graph, node) ? kOfInput : kOfAll;
  return RuleOf(node).range;
}

bool FusesRelu(const model::Node& node) {
  return IsOneOf(node, {"Conv", "ConvTranspose", "Gemm", "MatMul"});
}

bool IsReluLike(const model::Graph& graph, const model::Node& node) {
  if (node.op_type == "Relu") return true;
  if (node.op_type != "Clip") return false;
  if (node.inputs.size() < 2) return node.Get<float>("min", -1) >= 0;
  const Tensor* bound = Constant(graph, node, 1);
  if (bound == nullptr) return false;
  const auto number = ToFloats(bound->view());
  return number.ok() && number->size() == 1 && number->front() >= 0;
}

bool BiasInAccumulatorScale(const model::Node& node) {
  return !IsOneOf(node, {"LSTM", "GRU", "RNN"});
}

std::optional<int> ChannelAxis(const model::Node& node, std::size_t input, std::size_t rank) {
  if (input != 1 || rank < 2) return std::nullopt;
  if (node.op_type == "Conv") return 0;
  if (node.op_type == "ConvTranspose" && node.Get<std::int64_t>("group", 1) == 1) return 1;
  if (node.op_type == "Gemm") return node.Get<std::int64_t>("transB", 0) != 0 ? 0 : 1;
  if (node.op_type == "MatMul" && rank == 2) return 1;
  return std::nullopt;
}

}  // namespace acc::quantize

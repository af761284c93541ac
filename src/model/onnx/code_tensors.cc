// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/code_tensors.h"

#include <algorithm>
#include <array>

#include "model/onnx/onnx_format.h"

namespace acc::model {
namespace {

constexpr std::array kCodeTypes = {ElementType::kInt4,  ElementType::kUint4, ElementType::kInt8,
                                   ElementType::kUint8, ElementType::kInt16, ElementType::kUint16,
                                   ElementType::kInt32};

ElementType TypeOfNumber(std::int64_t number) {
  const auto* type = std::ranges::find(kCodeTypes, number, &OnnxTypeNumber);
  return type == kCodeTypes.end() ? ElementType::kUint8 : *type;
}

// The axis of a weight's channels, of `rank` dims.
std::int64_t ChannelsOf(const FloatForm& form, std::size_t rank) {
  if (form.op_type == "Conv") return 0;
  if (form.op_type == "ConvTranspose") return 1;
  const auto trans = form.attributes.find("transB");
  const auto* value =
      trans == form.attributes.end() ? nullptr : std::get_if<std::int64_t>(&trans->second);
  const bool transposes = value != nullptr && *value != 0;
  return transposes || rank == 0 ? 0 : static_cast<std::int64_t>(rank) - 1;
}

}  // namespace

CodeTensors::CodeTensors(const Graph& graph) : graph_(graph), opset_(graph.Opset()) {
  for (const auto& [name, value] : graph.initializers) constants_.emplace(name, &value);
  for (const Node& node : graph.nodes) {
    const auto value = node.attributes.find("value");
    if (node.op_type != "Constant" || value == node.attributes.end()) continue;
    const auto* tensor = std::get_if<Tensor>(&value->second);
    if (tensor != nullptr && node.outputs.size() == 1) constants_.emplace(node.outputs[0], tensor);
  }
  for (const Node& node : graph.nodes) Visit(node);
  Move(graph);
}

void CodeTensors::Visit(const Node& node) {
  if (IsQuantizeLinear(node)) return Add(node.outputs[0], LinearScales(node));
  if (IsDequantizeLinear(node)) return Add(node.inputs[0], LinearScales(node));
  const auto form = FloatFormOf(node, opset_);
  if (!form) return;
  for (const CodeInput& input : form->inputs) {
    const Tensor* constant = Constant(input.tensor);
    Add(input.tensor, InputScales(*form, input, constant == nullptr ? 0 : constant->dims().size()));
  }
  Add(node.outputs[0], OutputScales(*form));
}

void CodeTensors::Add(const std::string& tensor, const std::optional<CodeScales>& scales) {
  if (scales && !tensor.empty()) codes_.emplace(tensor, *scales);
}

// Twice each way: what is known from one end may meet what is known from the other.
void CodeTensors::Move(const Graph& graph) {
  const auto forward = [&](const Node& node) {
    const auto moved = MovedCodesOf(node);
    const CodeScales* first = moved ? Find(node.inputs[0]) : nullptr;
    // Scales of an axis do not move with the elements.
    if (first == nullptr || first->scale->size() != 1) return;
    for (const std::size_t output : moved->outputs) Add(node.outputs[output], *first);
    for (const std::size_t input : moved->inputs) Add(node.inputs[input], *first);
  };
  const auto backward = [&](const Node& node) {
    const auto moved = MovedCodesOf(node);
    const CodeScales* made = moved && !node.outputs.empty() ? Find(node.outputs[0]) : nullptr;
    if (made == nullptr || made->scale->size() != 1) return;
    for (const std::size_t input : moved->inputs) Add(node.inputs[input], *made);
  };
  for (int round = 0; round < 2; ++round) {
    std::ranges::for_each(graph.nodes, forward);
    std::for_each(graph.nodes.rbegin(), graph.nodes.rend(), backward);
  }
}

const Tensor* CodeTensors::Constant(const std::string& tensor) const {
  const auto found = constants_.find(tensor);
  return found == constants_.end() ? nullptr : found->second;
}

const CodeScales* CodeTensors::Find(const std::string& tensor) const {
  const auto found = codes_.find(tensor);
  return found == codes_.end() ? nullptr : &found->second;
}

ElementType CodeTensors::TypeOf(const std::string& tensor) const {
  if (const Tensor* constant = Constant(tensor)) return constant->type();
  if (const CodeScales* codes = Find(tensor)) return codes->type;
  const auto input = std::ranges::find(graph_.inputs, tensor, &ValueInfo::name);
  return input == graph_.inputs.end() ? ElementType::kUint8 : input->type;
}

std::optional<CodeScales> CodeTensors::Scales(const std::string& scale,
                                              const std::string& zero_point,
                                              ElementType type) const {
  CodeScales scales{.scale = Constant(scale), .zero_point = nullptr, .type = type};
  if (scales.scale == nullptr || !IsFloat(scales.scale->type())) return std::nullopt;
  if (zero_point.empty()) return scales;
  scales.zero_point = Constant(zero_point);
  if (scales.zero_point == nullptr) return std::nullopt;
  scales.type = scales.zero_point->type();
  return scales;
}

std::optional<CodeScales> CodeTensors::LinearScales(const Node& node) const {
  const bool makes_codes = IsQuantizeLinear(node);
  const std::string zero_point = node.inputs.size() > 2 ? node.inputs[2] : "";
  const ElementType type = makes_codes ? TypeOfNumber(node.Get<std::int64_t>("output_dtype", 0))
                                       : TypeOf(node.inputs[0]);
  auto scales = Scales(node.inputs[1], zero_point, type);
  if (!scales) return scales;
  scales->axis = node.Get<std::int64_t>("axis", 1);
  scales->block_size = node.Get<std::int64_t>("block_size", 0);
  return scales;
}

std::optional<CodeScales> CodeTensors::InputScales(const FloatForm& form, const CodeInput& input,
                                                   std::size_t rank) const {
  if (input.scale.empty()) return std::nullopt;
  auto scales = Scales(input.scale, input.zero_point, TypeOf(input.tensor));
  if (scales) scales->axis = ChannelsOf(form, rank);
  return scales;
}

std::optional<CodeScales> CodeTensors::OutputScales(const FloatForm& form) const {
  if (form.output_scale.empty()) return std::nullopt;
  const ElementType type =
      form.inputs.empty() ? ElementType::kUint8 : TypeOf(form.inputs[0].tensor);
  return Scales(form.output_scale, form.output_zero_point, type);
}

bool HaveEqualScales(const CodeScales& one, const CodeScales& other) {
  const auto first = EncodingOf(one, std::nullopt);
  const auto second = EncodingOf(other, std::nullopt);
  return first && second && first->axis == second->axis &&
         std::ranges::equal(
             first->channels, second->channels, [](const Encoding& a, const Encoding& b) {
               return a.scale == b.scale && a.offset == b.offset && a.bitwidth == b.bitwidth;
             });
}

}  // namespace acc::model

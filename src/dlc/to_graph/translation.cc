// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/translation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "dlc/to_graph/constants.h"
#include "model/onnx/onnx_format.h"

namespace acc::dlc {
namespace {

const Tensor& NoTensor() {
  static const Tensor kNone;
  return kNone;
}

}  // namespace

void Translation::Fail(std::string_view why) {
  if (!status_.ok()) return;
  status_ = Failure(
      fmt::format("node '{}' of type {}: {}", Printable(node_.name), Printable(node_.type), why));
}

bool Translation::Check(bool holds, std::string_view otherwise) {
  if (!holds) Fail(otherwise);
  return ok();
}

bool Translation::CheckRank(std::size_t input, std::size_t least, std::size_t most) {
  const std::size_t rank = Rank(input);
  if (rank >= least && rank <= most) return ok();
  Fail(fmt::format("its input {} has dims {}; {} dims are expected", input, ToText(Dims(input)),
                   least == most ? fmt::to_string(least) : fmt::format("{} to {}", least, most)));
  return false;
}

bool Translation::Has(std::size_t input) const {
  if (input >= node_.inputs.size() || node_.inputs[input].empty()) return false;
  const Tensor* tensor = builder_.Find(node_.inputs[input]);
  return tensor == nullptr || tensor->dims != Shape{0};
}

bool Translation::IsConstant(std::size_t input) const {
  return Has(input) && builder_.IsConstant(node_.inputs[input]);
}

const Tensor& Translation::InputTensor(std::size_t input) {
  const Tensor* tensor = Has(input) ? builder_.Find(node_.inputs[input]) : nullptr;
  if (tensor != nullptr) return *tensor;
  Fail(fmt::format("its input {} is missing", input));
  return NoTensor();
}

Order Translation::OrderOf(std::size_t input) {
  return Has(input) ? builder_.OrderOf(node_.inputs[input]) : Order{};
}

std::string Translation::Input(std::size_t input, const Order& order) {
  if (!Has(input) || !ok()) return {};
  auto value = builder_.Value(node_.inputs[input], order);
  if (value.ok()) return *std::move(value);
  Fail(value.status().message());
  return {};
}

std::string Translation::InputChannelFirst(std::size_t input) {
  return Input(input, ChannelFirst(Rank(input)));
}

std::string Translation::InputAs(std::size_t input, ElementType type) {
  std::string value = Input(input);
  if (value.empty() || InputType(input) == type) return value;
  return AddCast(value, type);
}

std::string Translation::InputBroadcast(std::size_t input, const Order& order) {
  return IsIdentity(order) ? Input(input) : Input(input, order);
}

ElementType Translation::InputType(std::size_t input) { return GraphType(InputTensor(input).type); }

Order Translation::CommonOrder() {
  const std::size_t rank = OutputDims(0).size();
  for (std::size_t input = 0; input < InputCount() && ok(); ++input) {
    if (!Has(input)) continue;
    const std::size_t own = Rank(input);
    if (own > rank || (own < rank && !IsConstant(input))) return AsStored(rank);
  }
  return ok() ? builder_.PlannedOrder(node_.outputs[0]) : AsStored(rank);
}

const Tensor& Translation::OutputTensor(std::size_t output) {
  const Tensor* tensor =
      output < node_.outputs.size() ? builder_.Find(node_.outputs[output]) : nullptr;
  if (tensor != nullptr) return *tensor;
  Fail(fmt::format("its output {} is missing", output));
  return NoTensor();
}

ElementType Translation::OutputType(std::size_t output) {
  return GraphType(OutputTensor(output).type);
}

std::int64_t Translation::Int(std::string_view name, std::int64_t fallback) {
  const std::vector<std::int64_t> values = Ints(name, 1, fallback);
  return values.empty() ? fallback : values.front();
}

float Translation::Float(std::string_view name, float fallback) {
  const std::vector<float> values = Reals(name, {fallback});
  if (values.size() == 1) return values.front();
  Fail(fmt::format("its attribute '{}' is no number", Printable(name)));
  return fallback;
}

std::vector<float> Translation::Reals(std::string_view name, std::vector<float> fallback) {
  const Attribute* attribute = node_.Find(name);
  if (attribute == nullptr) return fallback;
  if (const auto* value = std::get_if<float>(&attribute->value)) return {*value};
  if (const auto* tensor = std::get_if<Tensor>(&attribute->value)) {
    const auto value = ConstantValue(*tensor);
    auto values = value.ok() ? ToFloats(value->view()) : value.status();
    if (values.ok()) return *std::move(values);
    Fail(values.status().message());
    return fallback;
  }
  return {static_cast<float>(Int(name, 0))};
}

std::string Translation::Choice(std::string_view name, std::span<const std::string_view> choices) {
  const std::int64_t number = Int(name, 0);
  if (number >= 0 && number < static_cast<std::int64_t>(choices.size())) {
    return std::string(choices[static_cast<std::size_t>(number)]);
  }
  Fail(fmt::format("its attribute '{}' is {}; 0 to {} are known", Printable(name), number,
                   choices.size() - 1));
  return {};
}

std::string Translation::Text(std::string_view name, std::string_view fallback) {
  const Attribute* attribute = node_.Find(name);
  if (attribute == nullptr) return std::string(fallback);
  const auto* text = std::get_if<std::string>(&attribute->value);
  if (text != nullptr) return *text;
  Fail(fmt::format("its attribute '{}' is no text", Printable(name)));
  return {};
}

std::vector<std::int64_t> Translation::Ints(std::string_view name,
                                            std::vector<std::int64_t> fallback) {
  const Attribute* attribute = node_.Find(name);
  if (attribute == nullptr) return fallback;
  struct Reader {
    Result<std::vector<std::int64_t>> operator()(bool value) const { return One(value ? 1 : 0); }
    Result<std::vector<std::int64_t>> operator()(std::int32_t value) const { return One(value); }
    Result<std::vector<std::int64_t>> operator()(std::uint32_t value) const { return One(value); }
    Result<std::vector<std::int64_t>> operator()(float) const { return Failure("a real number"); }
    Result<std::vector<std::int64_t>> operator()(const std::string&) const {
      return Failure("a text");
    }
    Result<std::vector<std::int64_t>> operator()(const Tensor& tensor) const {
      ACC_ASSIGN_OR_RETURN(const acc::Tensor value, ConstantValue(tensor));
      return Integers(value);
    }
    static std::vector<std::int64_t> One(std::int64_t value) { return {value}; }
  };
  auto values = std::visit(Reader{}, attribute->value);
  if (values.ok()) return *std::move(values);
  Fail(fmt::format("its attribute '{}' holds no integers: {}", Printable(name),
                   values.status().message()));
  return fallback;
}

std::vector<std::int64_t> Translation::Ints(std::string_view name, std::size_t count,
                                            std::int64_t fallback) {
  std::vector<std::int64_t> values = Ints(name, std::vector(count, fallback));
  if (values.size() == count) return values;
  Fail(fmt::format("its attribute '{}' has {} elements instead of {}", Printable(name),
                   values.size(), count));
  return std::vector(count, fallback);
}

int Translation::Axis(std::string_view name, int fallback, std::size_t rank) {
  const std::int64_t given = Int(name, fallback);
  const std::int64_t axis = given < 0 ? given + static_cast<std::int64_t>(rank) : given;
  if (axis >= 0 && axis < static_cast<std::int64_t>(rank)) return static_cast<int>(axis);
  Fail(fmt::format("its attribute '{}' is {} where there are {} axes", Printable(name), given,
                   rank));
  return 0;
}

std::vector<int> Translation::Axes(std::string_view name, std::size_t rank) {
  std::vector<int> axes;
  for (const std::int64_t given : Ints(name, std::vector<std::int64_t>())) {
    const std::int64_t axis = given < 0 ? given + static_cast<std::int64_t>(rank) : given;
    const bool fits = axis >= 0 && axis < static_cast<std::int64_t>(rank);
    if (!Check(fits, fmt::format("axis {} of its attribute '{}' is not one of {}", given,
                                 Printable(name), rank))) {
      return {};
    }
    axes.push_back(static_cast<int>(axis));
  }
  return axes;
}

std::string Translation::Wish(std::string_view suffix) const {
  const std::string base = node_.outputs.empty() ? node_.name : node_.outputs.front();
  return fmt::format("{}_{}", base, ToLower(suffix));
}

void Translation::AddNode(std::string_view op_type, std::vector<std::string> inputs,
                          std::vector<std::string> outputs, Attributes attributes,
                          const std::string& domain) {
  if (!ok()) return;
  while (!inputs.empty() && inputs.back().empty()) inputs.pop_back();
  model::Node node;
  node.name = builder_.NewNodeName(node_.name.empty() ? outputs.front() : node_.name);
  node.op_type = op_type;
  node.domain = domain;
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  builder_.AddNode(std::move(node));
}

std::string Translation::Add(std::string_view op_type, std::vector<std::string> inputs,
                             Attributes attributes) {
  return AddAll(op_type, std::move(inputs), 1, std::move(attributes)).front();
}

std::vector<std::string> Translation::AddAll(std::string_view op_type,
                                             std::vector<std::string> inputs, std::size_t outputs,
                                             Attributes attributes) {
  std::vector<std::string> names(outputs);
  for (std::string& name : names) name = builder_.NewName(Wish(op_type));
  AddNode(op_type, std::move(inputs), names, std::move(attributes));
  return names;
}

std::string Translation::Produce(std::size_t output, const Order& order) {
  if (!Check(output < OutputCount(), fmt::format("its output {} is missing", output))) return {};
  auto name = builder_.Produce(node_.outputs[output], order);
  if (name.ok()) return *std::move(name);
  Fail(name.status().message());
  return {};
}

void Translation::Make(std::size_t output, const Order& order, std::string_view op_type,
                       std::vector<std::string> inputs, Attributes attributes) {
  if (ok()) AddNode(op_type, std::move(inputs), {Produce(output, order)}, std::move(attributes));
}

void Translation::MakeAll(const Order& order, std::string_view op_type,
                          std::vector<std::string> inputs, Attributes attributes) {
  std::vector<std::string> outputs;
  for (std::size_t output = 0; output < OutputCount() && ok(); ++output) {
    outputs.push_back(Produce(output, order));
  }
  AddNode(op_type, std::move(inputs), std::move(outputs), std::move(attributes));
}

void Translation::MakeAsStored(const std::string& domain, std::vector<std::string> inputs,
                               Attributes attributes) {
  std::vector<std::string> outputs;
  for (std::size_t output = 0; output < OutputCount() && ok(); ++output) {
    const bool is_left_out = node_.outputs[output].empty();
    outputs.push_back(is_left_out ? "" : Produce(output, AsStored(OutputDims(output).size())));
  }
  AddNode(node_.type, std::move(inputs), std::move(outputs), std::move(attributes), domain);
}

void Translation::MakeReshaped(std::size_t output, const std::string& value) {
  MakeReshaped(output, AsStored(OutputDims(output).size()), value);
}

void Translation::MakeReshaped(std::size_t output, const Order& order, const std::string& value) {
  const Shape& dims = OutputDims(output);
  if (!Check(dims.size() == order.size(), "its output has another number of dims")) return;
  Make(output, order, "Reshape", {value, Int64s("shape", Permute(dims, order))});
}

void Translation::MakeCast(std::size_t output, const Order& order, const std::string& value) {
  Make(output, order, "Cast", {value}, {{"to", model::OnnxTypeNumber(OutputType(output))}});
}

std::string Translation::AddCast(const std::string& value, ElementType type) {
  return Add("Cast", {value}, {{"to", model::OnnxTypeNumber(type)}});
}

std::string Translation::AddReshaped(const std::string& value, const Shape& dims) {
  return Add("Reshape", {value, Int64s("shape", dims)});
}

std::string Translation::AddTransposed(const std::string& value, const Order& order) {
  return Add("Transpose", {value},
             {{"perm", std::vector<std::int64_t>(order.begin(), order.end())}});
}

std::string Translation::Floats(std::string_view wish, Shape dims,
                                const std::vector<float>& values) {
  return builder_.AddConstant(Wish(wish), acc::Tensor::FromFloats(std::move(dims), values));
}

std::string Translation::Int64s(std::string_view wish, const std::vector<std::int64_t>& values) {
  return builder_.AddConstant(
      Wish(wish), acc::Tensor::FromInt64s({static_cast<std::int64_t>(values.size())}, values));
}

std::string Translation::Int64Scalar(std::string_view wish, std::int64_t value) {
  return builder_.AddConstant(Wish(wish), acc::Tensor::FromInt64s({}, std::vector{value}));
}

std::vector<std::int64_t> OnnxPads(const std::vector<std::int64_t>& pairs) {
  std::vector<std::int64_t> pads;
  for (std::size_t i = 0; i < pairs.size(); i += 2) pads.push_back(pairs[i]);
  for (std::size_t i = 1; i < pairs.size(); i += 2) pads.push_back(pairs[i]);
  return pads;
}

}  // namespace acc::dlc

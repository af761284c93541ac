// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/translation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "model/graph.h"
#include "model/onnx/onnx_format.h"
#include "model/tensorflow/types.h"
#include "model/translation/builder.h"

namespace acc::model::tensorflow {

const TensorState& GraphBuilder::Of(const std::string& tensor) const {
  static const TensorState kNothing;
  const auto found = tensors_.find(tensor);
  return found == tensors_.end() ? kNothing : found->second;
}

void GraphBuilder::AddInput(const ValueInfo& input) {
  graph().inputs.push_back(input);
  if (input.has_rank) SetRank(input.name, input.dims.size());
  graph().source_tensors[input.name] = {.type = input.type};
}

void GraphBuilder::AddOutput(const std::string& tensor) {
  graph().outputs.push_back({.name = tensor, .has_rank = false});
}

const std::string& GraphBuilder::Original(const std::string& tensor) const {
  const std::string& twin = Of(tensor).twin_of;
  return twin.empty() ? tensor : twin;
}

const Tensor* GraphBuilder::Constant(const std::string& tensor) const {
  const auto& constant = Of(Original(tensor)).constant;
  return constant ? &*constant : nullptr;
}

void GraphBuilder::DefineConstant(const std::string& tensor, Tensor value) {
  tensors_[tensor].constant = std::move(value);
}

void GraphBuilder::DefineTwin(const std::string& tensor, const std::string& other) {
  std::string original = Original(other);
  tensors_[tensor].twin_of = std::move(original);
}

std::string GraphBuilder::Value(const std::string& tensor) {
  const std::string& original = Original(tensor);
  const Tensor* constant = Constant(original);
  if (constant == nullptr) return original;
  TensorState& state = tensors_[original];
  if (!state.is_moved_under_own_name) {
    graph().initializers.try_emplace(original, *constant);
    return original;
  }
  if (!state.as_stored.empty()) return state.as_stored;
  state.as_stored = AddConstant(original + "_stored", *constant);
  if (state.encoding) graph().source_params[state.as_stored] = *state.encoding;
  return state.as_stored;
}

std::string GraphBuilder::Moved(const std::string& tensor, const Axes& order) {
  const std::string original = Original(tensor);
  const auto& moved = Of(original).moved;
  if (const auto known = moved.find(order); known != moved.end()) return known->second;
  const Tensor* constant = Constant(original);
  if (constant != nullptr && constant->dims().size() == order.size()) {
    const Permutation permutation(order.begin(), order.end());
    auto value = Reordered(*constant, permutation);
    if (value.ok()) {
      std::string name = AddMoved(original, *std::move(value), permutation);
      return tensors_[original].moved[order] = std::move(name);
    }
  }
  std::string name = NewName(original + "_moved");
  Node node{.name = NewNodeName(name),
            .op_type = "Transpose",
            .inputs = {Value(original)},
            .outputs = {name},
            .attributes = {{"perm", order}}};
  AddNode(std::move(node));
  return tensors_[original].moved[order] = std::move(name);
}

// Its own name where nothing else has read it yet, so that what the user says of it stays true.
std::string GraphBuilder::AddMoved(const std::string& original, Tensor value,
                                   const Permutation& order) {
  const bool is_free = !graph().initializers.contains(original);
  std::string name = is_free ? original : NewName(original + "_moved");
  TensorState& state = tensors_[original];
  state.is_moved_under_own_name |= is_free;
  graph().initializers[name] = std::move(value);
  if (state.encoding) {
    graph().source_params.insert_or_assign(name,
                                           model::Moved(*state.encoding, order, order.size()));
  }
  return name;
}

std::string GraphBuilder::ReshapedConstant(const std::string& name, Shape dims) {
  const auto value = graph().initializers.find(name);
  // Only the op that asked for the move reads it so.
  if (value != graph().initializers.end()) value->second = value->second.Reshaped(std::move(dims));
  return name;
}

PartialInts GraphBuilder::Partial(const std::string& tensor) const {
  if (const Tensor* constant = Constant(tensor)) {
    const auto values = ToIntegers(constant->view());
    if (values.ok()) return {values->begin(), values->end()};
  }
  return Of(tensor).partial;
}

const BlockedImage* GraphBuilder::Blocked(const std::string& tensor) const {
  const auto& blocked = Of(tensor).blocked;
  return blocked ? &*blocked : nullptr;
}

std::optional<std::size_t> GraphBuilder::RankOf(const std::string& tensor) const {
  if (const Tensor* constant = Constant(tensor)) return constant->dims().size();
  return Of(tensor).rank;
}

void GraphBuilder::Produce(const std::string& tensor, ElementType type) {
  graph().source_tensors[tensor].type = type;
}

void GraphBuilder::SetEncoding(const std::string& tensor, const TensorEncoding& encoding) {
  const std::string& original = Original(tensor);
  if (Constant(original) != nullptr) {
    graph().source_params.insert_or_assign(original, encoding);
    tensors_[original].encoding = encoding;
  } else {
    graph().source_tensors[original].encoding = encoding;
  }
}

Result<Graph> GraphBuilder::Finish() {
  for (const ValueInfo& output : graph().outputs) {
    if (IsDead(output.name)) {
      return Failure(
          fmt::format("the output '{}' is on a branch that does not run", Printable(output.name)));
    }
    if (Constant(output.name) == nullptr) continue;
    Node node{.name = NewNodeName(output.name), .op_type = "Identity", .outputs = {output.name}};
    const std::string own = AddConstant(output.name + "_value", *Constant(output.name));
    node.inputs = {own};
    graph().initializers.erase(output.name);
    graph().source_tensors[output.name].type = Constant(output.name)->type();
    graph().nodes.insert(graph().nodes.begin(), std::move(node));
  }
  return std::move(graph());
}

std::string Translation::Input(std::size_t input) {
  if (!Check(input < op_.inputs.size(), fmt::format("its input {} is missing", input))) return {};
  return builder_.Value(op_.inputs[input]);
}

std::vector<std::string> Translation::Inputs(std::size_t first, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(Input(first + i));
  return names;
}

std::string Translation::Moved(std::size_t input, const Axes& order) {
  if (!Check(input < op_.inputs.size(), fmt::format("its input {} is missing", input))) return {};
  return builder_.Moved(op_.inputs[input], order);
}

const Tensor* Translation::Constant(std::size_t input) const {
  return input < op_.inputs.size() ? builder_.Constant(op_.inputs[input]) : nullptr;
}

std::optional<std::size_t> Translation::RankOf(std::size_t input) const {
  return input < op_.inputs.size() ? builder_.RankOf(op_.inputs[input]) : std::nullopt;
}

std::optional<Axes> Translation::Ints(std::size_t input) const {
  const Tensor* constant = Constant(input);
  if (constant == nullptr) return std::nullopt;
  auto values = ToIntegers(constant->view());
  if (!values.ok()) return std::nullopt;
  return *std::move(values);
}

Axes Translation::NeedInts(std::size_t input, std::string_view what) {
  auto values = Ints(input);
  if (values) return *std::move(values);
  Fail(fmt::format("its {} has to be a constant of integers", what));
  return {};
}

std::int64_t Translation::NeedInt(std::size_t input, std::string_view what) {
  const Axes values = NeedInts(input, what);
  return Check(values.size() == 1,
               fmt::format("its {} has {} values instead of one", what, values.size()))
             ? values.front()
             : 0;
}

std::string Translation::AsInt64(std::size_t input) {
  const auto values = Ints(input);
  if (!values) return AddCast(Input(input), ElementType::kInt64);
  return builder_.AddConstant(Output(0) + "_ints",
                              Tensor::FromInt64s(Constant(input)->dims(), *values));
}

bool Translation::HasAttribute(const char* name) const {
  return FindAttribute(*op_.def, name) != nullptr;
}

std::int64_t Translation::Int(const char* name, std::int64_t fallback) const {
  const proto::AttrValue* attribute = FindAttribute(*op_.def, name);
  return attribute != nullptr && attribute->has_i() ? attribute->i() : fallback;
}

bool Translation::Bool(const char* name, bool fallback) const {
  const proto::AttrValue* attribute = FindAttribute(*op_.def, name);
  return attribute != nullptr && attribute->has_b() ? attribute->b() : fallback;
}

float Translation::Float(const char* name, float fallback) const {
  const proto::AttrValue* attribute = FindAttribute(*op_.def, name);
  return attribute != nullptr && attribute->has_f() ? attribute->f() : fallback;
}

std::string Translation::Text(const char* name, std::string_view fallback) const {
  const proto::AttrValue* attribute = FindAttribute(*op_.def, name);
  return attribute != nullptr && attribute->has_s() ? attribute->s() : std::string(fallback);
}

Axes Translation::IntList(const char* name) const {
  const proto::AttrValue* attribute = FindAttribute(*op_.def, name);
  if (attribute == nullptr) return {};
  return {attribute->list().i().begin(), attribute->list().i().end()};
}

ElementType Translation::Type(const char* name, ElementType fallback) const {
  const proto::AttrValue* attribute = FindAttribute(*op_.def, name);
  if (attribute == nullptr || attribute->type() == 0) return fallback;
  return TypeOf(attribute->type());
}

const std::string Translation::Output(std::size_t port) const {
  return fmt::format("{}:{}", op_.def->name(), port);
}

ElementType Translation::OutputType(std::size_t port) const {
  const proto::AttrValue* attribute = FindAttribute(*op_.def, "T");
  if (attribute == nullptr || !attribute->has_list()) return Type("T");
  const auto& types = attribute->list().type();
  const bool is_known = port < static_cast<std::size_t>(types.size());
  return is_known ? TypeOf(types.Get(static_cast<int>(port))) : ElementType::kFloat32;
}

void Translation::Make(std::string_view op_type, std::vector<std::string> inputs,
                       Attributes attributes) {
  MakeOutput(0, op_type, std::move(inputs), std::move(attributes));
}

void Translation::MakeOutput(std::size_t port, std::string_view op_type,
                             std::vector<std::string> inputs, Attributes attributes) {
  builder_.Produce(Output(port), OutputType(port));
  AddNode(op_type, std::move(inputs), {Output(port)}, std::move(attributes));
}

void Translation::MakeAll(std::string_view op_type, std::vector<std::string> inputs,
                          Attributes attributes) {
  std::vector<std::string> outputs;
  for (std::size_t port = 0; port < op_.outputs; ++port) {
    outputs.push_back(Output(port));
    builder_.Produce(Output(port), Type("T"));
  }
  AddNode(op_type, std::move(inputs), std::move(outputs), std::move(attributes));
}

void Translation::MakeConstant(std::size_t port, Tensor value) {
  builder_.Produce(Output(port), value.type());
  builder_.DefineConstant(Output(port), std::move(value));
}

void Translation::MakeUntranslated() {
  std::vector<std::string> outputs;
  for (std::size_t port = 0; port < op_.outputs; ++port) {
    outputs.push_back(Output(port));
    builder_.Produce(Output(port), Type("T"));
    builder_.MarkUntranslated(Output(port));
  }
  AddNode(op_.def->op(), Inputs(0, InputCount()), std::move(outputs), {},
          std::string(kUntranslatedDomain));
}

void Translation::MakeCast(std::size_t port, const std::string& value, ElementType type) {
  MakeOutput(port, "Cast", {value}, {{"to", OnnxTypeNumber(type)}});
}

std::string Translation::Number(double value, ElementType type) {
  const std::vector<float> values = {static_cast<float>(value)};
  auto number = FromFloatValues(type, {}, values);
  if (number.ok()) return AddConstant("number", *std::move(number));
  Fail(number.status().message());
  return {};
}

}  // namespace acc::model::tensorflow

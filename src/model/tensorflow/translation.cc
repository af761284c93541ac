// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/translation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "model/onnx/onnx_format.h"
#include "model/tensorflow/types.h"
#include "model/translation/builder.h"
#include "model/untranslated.h"

namespace acc::model::tensorflow {
namespace {

// The first that has most of what the translation writes. Not a later one, so that runtimes take
// the kernels that most source models get.
constexpr std::int64_t kOpset = 18;
constexpr std::int64_t kIrVersion = 10;

// The axis of a per-channel encoding after a move.
TensorEncoding Moved(TensorEncoding encoding, const Axes& order) {
  if (encoding.axis) {
    encoding.axis = static_cast<int>(std::ranges::find(order, *encoding.axis) - order.begin());
  }
  return encoding;
}

}  // namespace

GraphBuilder::GraphBuilder(std::string name) {
  graph_.name = std::move(name);
  graph_.ir_version = kIrVersion;
  graph_.opsets[""] = kOpset;
}

void GraphBuilder::AddInput(const ValueInfo& input) {
  graph_.inputs.push_back(input);
  if (input.has_rank) ranks_[input.name] = input.dims.size();
  graph_.source_tensors[input.name] = {.type = input.type};
}

void GraphBuilder::AddOutput(const std::string& tensor) {
  graph_.outputs.push_back({.name = tensor, .has_rank = false});
}

const std::string& GraphBuilder::Original(const std::string& tensor) const {
  const auto twin = twins_.find(tensor);
  return twin == twins_.end() ? tensor : twin->second;
}

const Tensor* GraphBuilder::Constant(const std::string& tensor) const {
  const auto found = constants_.find(Original(tensor));
  return found == constants_.end() ? nullptr : &found->second;
}

void GraphBuilder::DefineConstant(const std::string& tensor, Tensor value) {
  constants_.insert_or_assign(tensor, std::move(value));
}

void GraphBuilder::DefineTwin(const std::string& tensor, const std::string& other) {
  twins_.insert_or_assign(tensor, Original(other));
}

std::string GraphBuilder::Value(const std::string& tensor) {
  const std::string& original = Original(tensor);
  const Tensor* constant = Constant(original);
  if (constant == nullptr) return original;
  if (!moved_under_own_name_.contains(original)) {
    graph_.initializers.try_emplace(original, *constant);
    return original;
  }
  auto& name = as_stored_[original];
  if (!name.empty()) return name;
  name = AddInitializer(original + "_stored", *constant);
  const auto encoding = stored_encodings_.find(original);
  if (encoding != stored_encodings_.end()) graph_.source_params[name] = encoding->second;
  return name;
}

std::string GraphBuilder::Moved(const std::string& tensor, const Axes& order) {
  const std::string& original = Original(tensor);
  const auto known = moved_.find({original, order});
  if (known != moved_.end()) return known->second;
  const Tensor* constant = Constant(original);
  if (constant != nullptr && constant->dims().size() == order.size()) {
    auto value = Reordered(*constant, Permutation(order.begin(), order.end()));
    if (value.ok()) return moved_[{original, order}] = AddMoved(original, *std::move(value), order);
  }
  std::string name = NewName(original + "_moved");
  Node node{.name = NewNodeName(name),
            .op_type = "Transpose",
            .domain = {},
            .inputs = {Value(original)},
            .outputs = {name},
            .attributes = {{"perm", order}}};
  AddNode(std::move(node));
  return moved_[{original, order}] = name;
}

// Its own name where nothing else has read it yet, so that what the user says of it stays true.
std::string GraphBuilder::AddMoved(const std::string& original, Tensor value, const Axes& order) {
  const bool is_free = !graph_.initializers.contains(original);
  std::string name = is_free ? original : NewName(original + "_moved");
  if (is_free) moved_under_own_name_.insert(original);
  graph_.initializers[name] = std::move(value);
  const auto encoding = stored_encodings_.find(original);
  if (encoding != stored_encodings_.end()) {
    graph_.source_params.insert_or_assign(name, tensorflow::Moved(encoding->second, order));
  }
  return name;
}

std::string GraphBuilder::ReshapedConstant(const std::string& name, Shape dims) {
  const auto value = graph_.initializers.find(name);
  // Only the op that asked for the move reads it so.
  if (value != graph_.initializers.end()) value->second = value->second.Reshaped(std::move(dims));
  return name;
}

std::vector<std::optional<std::int64_t>> GraphBuilder::Partial(const std::string& tensor) const {
  const Tensor* constant = Constant(tensor);
  if (constant != nullptr) {
    const auto values = ToIntegers(constant->view());
    if (values.ok()) return {values->begin(), values->end()};
  }
  const auto found = partial_.find(tensor);
  return found == partial_.end() ? std::vector<std::optional<std::int64_t>>() : found->second;
}

const BlockedImage* GraphBuilder::Blocked(const std::string& tensor) const {
  const auto found = blocked_.find(tensor);
  return found == blocked_.end() ? nullptr : &found->second;
}

std::optional<std::size_t> GraphBuilder::RankOf(const std::string& tensor) const {
  if (const Tensor* constant = Constant(tensor)) return constant->dims().size();
  const auto found = ranks_.find(tensor);
  return found == ranks_.end() ? std::nullopt : std::optional(found->second);
}

std::shared_ptr<const Branch> GraphBuilder::BranchOf(const std::string& tensor) const {
  const auto found = branches_.find(tensor);
  return found == branches_.end() ? nullptr : found->second;
}

void GraphBuilder::SetBranch(const std::string& tensor, std::shared_ptr<const Branch> branch) {
  branches_.insert_or_assign(tensor, std::move(branch));
}

void GraphBuilder::Produce(const std::string& tensor, ElementType type) {
  graph_.source_tensors[tensor].type = type;
}

void GraphBuilder::SetEncoding(const std::string& tensor, const TensorEncoding& encoding) {
  const std::string& original = Original(tensor);
  if (Constant(original) != nullptr) {
    graph_.source_params.insert_or_assign(original, encoding);
    stored_encodings_.insert_or_assign(original, encoding);
  } else {
    graph_.source_tensors[original].encoding = encoding;
  }
}

std::string GraphBuilder::AddInitializer(std::string_view wish, Tensor value) {
  std::string name = NewName(wish);
  graph_.initializers[name] = std::move(value);
  return name;
}

Result<Graph> GraphBuilder::Finish() {
  for (const ValueInfo& output : graph_.outputs) {
    if (dead_.contains(output.name)) {
      return Failure(
          fmt::format("the output '{}' is on a branch that does not run", Printable(output.name)));
    }
    if (Constant(output.name) == nullptr) continue;
    Node node{.name = NewNodeName(output.name),
              .op_type = "Identity",
              .domain = {},
              .inputs = {},
              .outputs = {output.name},
              .attributes = {}};
    const std::string own = AddInitializer(output.name + "_value", *Constant(output.name));
    node.inputs = {own};
    graph_.initializers.erase(output.name);
    graph_.source_tensors[output.name].type = Constant(output.name)->type();
    graph_.nodes.insert(graph_.nodes.begin(), std::move(node));
  }
  return std::move(graph_);
}

void Translation::Fail(std::string_view why) {
  if (!status_.ok()) return;
  status_ = Failure(fmt::format("op '{}' of type {}: {}", Printable(op_.def->name()),
                                Printable(op_.def->op()), why));
}

bool Translation::Check(bool holds, std::string_view otherwise) {
  if (!holds) Fail(otherwise);
  return ok();
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
  return builder_.AddInitializer(Output(0) + "_ints",
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

void Translation::AddNode(std::string_view op_type, std::vector<std::string> inputs,
                          std::vector<std::string> outputs, Attributes attributes,
                          const std::string& domain) {
  if (!ok()) return;
  while (!inputs.empty() && inputs.back().empty()) inputs.pop_back();
  Node node;
  node.name = builder_.NewNodeName(op_.def->name());
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
  for (std::string& name : names) {
    name = builder_.NewName(fmt::format("{}_{}", op_.def->name(), ToLower(op_type)));
  }
  AddNode(op_type, std::move(inputs), names, std::move(attributes));
  return names;
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

std::string Translation::AddCast(const std::string& value, ElementType type) {
  return Add("Cast", {value}, {{"to", OnnxTypeNumber(type)}});
}

void Translation::MakeCast(std::size_t port, const std::string& value, ElementType type) {
  MakeOutput(port, "Cast", {value}, {{"to", OnnxTypeNumber(type)}});
}

std::string Translation::Int64s(const Axes& values) {
  return builder_.AddInitializer(
      op_.def->name() + "_ints",
      Tensor::FromInt64s({static_cast<std::int64_t>(values.size())}, values));
}

std::string Translation::Int64(std::int64_t value) {
  return builder_.AddInitializer(op_.def->name() + "_int",
                                 Tensor::FromInt64s({}, std::vector{value}));
}

std::string Translation::Number(double value, ElementType type) {
  const std::vector<float> values = {static_cast<float>(value)};
  auto number = FromFloatValues(type, {}, values);
  if (number.ok()) return builder_.AddInitializer(op_.def->name() + "_number", *std::move(number));
  Fail(number.status().message());
  return {};
}

}  // namespace acc::model::tensorflow

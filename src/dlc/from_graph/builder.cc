// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/builder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/text.h"
#include "tensor/codes.h"

namespace acc::dlc {
namespace {

std::string OrderSuffix(AxisOrder order, std::size_t rank) {
  const bool last = order == AxisOrder::kChannelLast;
  if (rank == 3) return last ? "_nfc" : "_ncf";
  if (rank == 5) return last ? "_ndhwc" : "_ncdhw";
  return last ? "_nhwc" : "_nchw";
}

DataType FixedPoint(const TensorEncoding& encoding) {
  const int bitwidth = encoding.channels.front().bitwidth;
  if (bitwidth <= 8) return DataType::kUfixed8;
  return bitwidth <= 16 ? DataType::kUfixed16 : DataType::kUfixed32;
}

bool IsWide(ElementType type) {
  return StoredElements(type) != type && DataTypeOf(type) != DataType::kUndefined;
}

std::string FirstOutput(const Node& node) {
  const auto named =
      std::ranges::find_if(node.outputs, [](const auto& name) { return !name.empty(); });
  return named != node.outputs.end() ? *named : node.type;
}

// A number's own encoding, in which it is the last code or the first.
TensorEncoding EncodingOfNumber(float value, int bitwidth) {
  const std::int64_t steps = Steps(bitwidth);
  const double scale = value == 0 ? 1 : std::abs(value) / static_cast<double>(steps);
  TensorEncoding encoding;
  encoding.channels = {EncodingFromScale(scale, value < 0 ? -steps : 0, bitwidth, false)};
  return encoding;
}

// First `first`, then `second`.
Permutation Composed(const Permutation& first, const Permutation& second) {
  Permutation composed(second.size());
  std::ranges::transform(second, composed.begin(),
                         [&](int axis) { return first[static_cast<std::size_t>(axis)]; });
  return composed;
}

}  // namespace

Builder::Builder(const Source& source) : source_(source) {
  for (const model::Node& node : source.graph().nodes) {
    if (node.name.empty() || node_names_.Contains(node.name)) continue;
    reserved_node_names_.insert(node_names_.Take(node.name));
  }
  for (const auto& [name, constant] : source.graph().initializers) tensor_names_.Take(name);
  for (const auto& [name, tensor] : source.written().tensors) tensor_names_.Take(name);
  DeclareGraph();
  DeclareConstantOutputs();
}

Tensor Builder::Declaration(const std::string& name, const std::string& tensor,
                            AxisOrder order) const {
  const Permutation permutation = FromSource(order, source_.Rank(tensor));
  Tensor declared;
  declared.name = name;
  declared.dims = Permute(source_.Dims(tensor), permutation);
  declared.type = DataTypeOf(StoredElements(source_.Type(tensor)));
  const TensorEncoding* encoding = source_.EncodingOf(tensor);
  if (encoding == nullptr) return declared;
  declared.type = FixedPoint(*encoding);
  declared.encoding = *encoding;
  if (encoding->axis) {
    const auto place = std::ranges::find(permutation, *encoding->axis);
    declared.encoding->axis = static_cast<int>(place - permutation.begin());
  }
  return declared;
}

void Builder::DeclareGraph() {
  const model::Graph& graph = source_.graph();
  const auto declare = [&](const std::string& name, TensorKind kind) {
    if (name.empty() || tensors_.contains(name)) return;
    Tensor tensor = Declaration(name, name, source_.Stored(name));
    tensor.kind = kind;
    Add(std::move(tensor));
  };
  for (const ValueInfo& input : graph.inputs) declare(input.name, TensorKind::kInput);
  for (const model::Node& node : graph.nodes) {
    for (const std::string& output : node.outputs) {
      const bool leaves = model::IsGraphOutput(graph, output);
      declare(output, leaves ? TensorKind::kOutput : TensorKind::kNative);
    }
  }
}

// Only nodes make outputs: a constant that is one is copied.
void Builder::DeclareConstantOutputs() {
  for (const ValueInfo& output : source_.graph().outputs) {
    if (!source_.IsConstant(output.name) || tensors_.contains(output.name)) continue;
    const std::string constant = Read(output.name, AxisOrder::kSource);
    Tensor copy = graph_.tensors[tensors_.at(constant)];
    copy.name = output.name;
    copy.kind = TensorKind::kOutput;
    copy.data = {};
    Add(std::move(copy));
    AddNode({.type = "Reshape", .inputs = {constant}, .outputs = {output.name}});
  }
}

std::string Builder::Add(Tensor tensor) {
  std::string name = tensor.name;
  tensors_.emplace(name, graph_.tensors.size());
  graph_.tensors.push_back(std::move(tensor));
  return name;
}

std::string Builder::Read(const std::string& tensor, AxisOrder order) {
  if (tensor.empty()) return "";
  const std::size_t rank = source_.Rank(tensor);
  if (source_.IsConstant(tensor)) {
    return ReadConstant(tensor, {source_.Dims(tensor), FromSource(order, rank)});
  }
  const Permutation to_stored = FromSource(source_.Stored(tensor), rank);
  const Permutation to_order = FromSource(order, rank);
  if (to_stored == to_order) return tensor;
  const auto known = twins_.find({tensor, order});
  if (known != twins_.end()) return known->second;

  std::string twin =
      Add(Declaration(tensor_names_.Take(tensor + OrderSuffix(order, rank)), tensor, order));
  twins_[{tensor, order}] = twin;
  AddNode(TransposeNode(tensor, twin, Composed(Inverse(to_stored), to_order)));
  return twin;
}

std::string Builder::Write(const std::string& tensor, AxisOrder order) {
  if (tensor.empty()) return "";
  const std::size_t rank = source_.Rank(tensor);
  const Permutation to_stored = FromSource(source_.Stored(tensor), rank);
  const Permutation from_order = FromSource(order, rank);
  if (to_stored == from_order) return tensor;
  std::string twin =
      Add(Declaration(tensor_names_.Take(tensor + OrderSuffix(order, rank)), tensor, order));
  twins_[{tensor, order}] = twin;
  carry_overs_[twin] = TransposeNode(twin, tensor, Composed(Inverse(from_order), to_stored));
  return twin;
}

std::string Builder::ReadAsInGraph(const std::string& tensor) {
  if (tensor.empty() || !IsWide(source_.Type(tensor)) || source_.EncodingOf(tensor) != nullptr) {
    return Read(tensor, AxisOrder::kSource);
  }
  if (wide_.contains(tensor)) return wide_.at(tensor);
  if (const acc::Tensor* constant = source_.Constant(tensor)) {
    return wide_[tensor] = AddStatic(tensor, *constant);
  }
  const std::string narrow = Read(tensor, AxisOrder::kSource);
  std::string wide = AddWide(tensor);
  AddNode({.type = "Cast", .inputs = {narrow}, .outputs = {wide}});
  return wide;
}

std::string Builder::WriteAsInGraph(const std::string& tensor) {
  if (tensor.empty() || !IsWide(source_.Type(tensor)) || source_.EncodingOf(tensor) != nullptr) {
    return Write(tensor, AxisOrder::kSource);
  }
  const std::string narrow = Write(tensor, AxisOrder::kSource);
  std::string wide = AddWide(tensor);
  carry_overs_[wide] = {.type = "Cast", .inputs = {wide}, .outputs = {narrow}};
  return wide;
}

std::string Builder::AddWide(const std::string& tensor) {
  const ElementType type = source_.Type(tensor);
  return wide_[tensor] = AddNative(fmt::format("{}_{}", tensor, acc::Name(type)), DataTypeOf(type),
                                   source_.Dims(tensor));
}

std::string Builder::ReadConstant(const std::string& tensor, const ConstantForm& form) {
  std::map<std::string, std::string>& known = constants_[tensor];
  const std::string key =
      fmt::format("{} {}", fmt::join(form.dims, ","), fmt::join(form.permutation, ","));
  if (known.contains(key)) return known.at(key);

  const acc::Tensor& constant = *source_.Constant(tensor);
  if (!FitsTarget(constant)) {
    Warn(fmt::format("constant '{}' stays {}: its values do not fit 32 bits", Printable(tensor),
                     acc::Name(constant.type())));
  }
  auto stored = StoreConstant(constant, source_.EncodingOf(tensor), form);
  if (!stored.ok()) {
    Fail(stored.status().WithContext(fmt::format("constant '{}'", Printable(tensor))));
    return tensor;
  }
  return known[key] = AddStored(NameOfConstant(tensor), *std::move(stored));
}

std::string Builder::NameOfConstant(const std::string& tensor) {
  const bool is_free = !tensors_.contains(tensor) && !model::IsGraphOutput(source_.graph(), tensor);
  return is_free ? tensor : tensor_names_.Take(tensor);
}

std::string Builder::AddStored(const std::string& name, StoredConstant stored) {
  Tensor declared;
  declared.name = name;
  declared.kind = TensorKind::kStatic;
  declared.type = stored.type;
  declared.dims = stored.value.dims();
  declared.encoding = std::move(stored.encoding);
  declared.data = Keep(stored.value);
  return Add(std::move(declared));
}

std::string Builder::AddStatic(const std::string& name, const acc::Tensor& value) {
  return AddStored(tensor_names_.Take(name), {DataTypeOf(value.type()), value, std::nullopt});
}

std::string Builder::AddNumber(const std::string& tensor, std::string_view suffix, float value) {
  return AddNumbers(tensor, suffix, value,
                    Shape(std::min<std::size_t>(source_.Rank(tensor), 1), 1));
}

std::string Builder::AddNumbers(const std::string& tensor, std::string_view suffix, float value,
                                const Shape& dims) {
  std::string name = tensor_names_.Take(tensor + std::string(suffix));
  const std::vector<float> values(ElementCount(dims).value_or(0), value);
  auto number = FromFloatValues(StoredElements(source_.Type(tensor)), dims, values);
  if (!number.ok()) {
    Fail(number.status());
    return name;
  }
  std::optional<TensorEncoding> encoding;
  if (const TensorEncoding* like = source_.EncodingOf(tensor)) {
    encoding = EncodingOfNumber(value, std::min(like->channels.front().bitwidth, 16));
  }
  auto stored = StoreConstant(*number, encoding ? &*encoding : nullptr,
                              {dims, FromSource(AxisOrder::kSource, dims.size())});
  if (!stored.ok()) {
    Fail(stored.status());
    return name;
  }
  return AddStored(name, *std::move(stored));
}

std::string Builder::AddNative(const std::string& name, DataType type, Shape dims) {
  Tensor declared;
  declared.name = tensor_names_.Take(name);
  declared.type = type;
  declared.dims = std::move(dims);
  return Add(std::move(declared));
}

std::string Builder::AddLike(const std::string& tensor, std::string_view suffix, Shape dims) {
  Tensor declared =
      Declaration(tensor_names_.Take(tensor + std::string(suffix)), tensor, AxisOrder::kSource);
  declared.dims = std::move(dims);
  return Add(std::move(declared));
}

std::string Builder::AddBetween(const std::string& tensor, std::string_view suffix, Shape dims) {
  return AddNative(tensor + std::string(suffix), DataTypeOf(StoredElements(source_.Type(tensor))),
                   std::move(dims));
}

std::string Builder::AddRows(const std::string& tensor, std::int64_t first, std::int64_t count) {
  const Shape& dims = source_.Dims(tensor);
  const std::int64_t width = dims.back();
  std::int64_t rows = 1;
  for (std::size_t i = 0; i + 1 < dims.size(); ++i) rows *= dims[i];
  return AddRows(tensor, first, count, {rows, width});
}

std::string Builder::AddRows(const std::string& tensor, std::int64_t first, std::int64_t count,
                             const Shape& dims) {
  ConstantForm form{dims, {0, 1}};
  auto stored = StoreConstant(*source_.Constant(tensor), source_.EncodingOf(tensor), form);
  if (!stored.ok()) {
    Fail(stored.status().WithContext(fmt::format("constant '{}'", Printable(tensor))));
    return tensor;
  }
  const auto width = static_cast<std::size_t>(dims[1]);
  const std::size_t row_bytes = width * ByteSize(stored->value.type(), 1);
  const auto bytes = stored->value.bytes().subspan(static_cast<std::size_t>(first) * row_bytes,
                                                   static_cast<std::size_t>(count) * row_bytes);
  auto rows =
      acc::Tensor::Create(stored->value.type(), {count, dims[1]}, {bytes.begin(), bytes.end()});
  if (!rows.ok()) {
    Fail(rows.status());
    return tensor;
  }
  stored->value = *std::move(rows);
  return AddStored(tensor_names_.Take(tensor), *std::move(stored));
}

std::string Builder::Null() {
  if (null_.empty()) null_ = AddNull();
  return null_;
}

std::string Builder::NullOutput() { return AddNull(); }

std::string Builder::AddNull() {
  Tensor tensor;
  tensor.name = tensor_names_.Take("null_tensor");
  tensor.kind = TensorKind::kNull;
  tensor.dims = {0};
  return Add(std::move(tensor));
}

std::string Builder::AddCopy(const std::string& of, std::string_view suffix, const Shape& dims) {
  Tensor copy = graph_.tensors[tensors_.at(of)];
  copy.name = tensor_names_.Take(of + std::string(suffix));
  copy.kind = TensorKind::kNative;
  copy.data = {};
  copy.dims = dims;
  return Add(std::move(copy));
}

std::string Builder::AddTransposed(const std::string& from, const Permutation& permutation) {
  std::string to = AddCopy(from, "_transposed", Permute(DimsOf(from), permutation));
  AddNode(TransposeNode(from, to, permutation));
  return to;
}

std::string Builder::AddReshaped(const std::string& from, const Shape& dims) {
  std::string to = AddCopy(from, "_reshaped", dims);
  AddNode({.type = "Reshape", .inputs = {from}, .outputs = {to}});
  return to;
}

Node Builder::TransposeNode(const std::string& from, const std::string& to,
                            const Permutation& permutation) {
  const std::vector<std::int64_t> axes(permutation.begin(), permutation.end());
  return {
      .type = "Transpose", .inputs = {from}, .outputs = {to}, .attributes = {Uints("perm", axes)}};
}

void Builder::AddNode(Node node) {
  if (node.package.empty()) node.package = kQnnPackage;
  if (reserved_node_names_.erase(node.name) == 0) {
    node.name = node_names_.Take(node.name.empty() ? FirstOutput(node) : node.name);
  }
  for (Attribute& attribute : node.attributes) {
    auto* tensor = std::get_if<Tensor>(&attribute.value);
    if (tensor != nullptr) tensor->name = tensor_names_.Take(node.name + "_" + attribute.name);
  }
  graph_.nodes.push_back(std::move(node));
  const std::vector<std::string> outputs = graph_.nodes.back().outputs;
  for (const std::string& output : outputs) {
    auto waiting = carry_overs_.extract(output);
    if (!waiting.empty()) AddNode(std::move(waiting.mapped()));
  }
}

void Builder::AddNode(const model::Node& node, std::string_view type,
                      std::span<const std::string> inputs, AxisOrder order,
                      std::vector<Attribute> attributes) {
  Node written{.name = node.name, .type = std::string(type)};
  for (const std::string& input : inputs) written.inputs.push_back(Read(input, order));
  written.outputs = {Write(node.outputs.front(), order)};
  written.attributes = std::move(attributes);
  AddNode(std::move(written));
}

Attribute Builder::Uints(std::string_view name, Shape dims, std::span<const std::int64_t> values) {
  std::vector<std::uint32_t> elements(values.size());
  std::ranges::transform(values, elements.begin(),
                         [](std::int64_t value) { return static_cast<std::uint32_t>(value); });
  return Value(name, acc::Tensor::FromValues<std::uint32_t>(ElementType::kUint32, std::move(dims),
                                                            elements));
}

Attribute Builder::Uints(std::string_view name, std::span<const std::int64_t> values) {
  return Uints(name, {static_cast<std::int64_t>(values.size())}, values);
}

Attribute Builder::Ints(std::string_view name, Shape dims, std::span<const std::int64_t> values) {
  std::vector<std::int32_t> elements(values.size());
  std::ranges::transform(values, elements.begin(),
                         [](std::int64_t value) { return static_cast<std::int32_t>(value); });
  return Value(
      name, acc::Tensor::FromValues<std::int32_t>(ElementType::kInt32, std::move(dims), elements));
}

Attribute Builder::Value(std::string_view name, const acc::Tensor& value) {
  Tensor tensor;
  tensor.name = std::string(name);
  tensor.kind = TensorKind::kStatic;
  tensor.type = DataTypeOf(value.type());
  tensor.dims = value.dims();
  tensor.data = Keep(value);
  return {std::string(name), std::move(tensor)};
}

std::span<const std::byte> Builder::Keep(const acc::Tensor& value) {
  storage_.push_back(std::make_shared<const acc::Tensor>(value));
  return value.bytes();
}

const Shape& Builder::DimsOf(const std::string& dlc_tensor) const {
  return graph_.tensors[tensors_.at(dlc_tensor)].dims;
}

void Builder::Fail(Status failure) {
  if (failure_.ok()) failure_ = std::move(failure);
}

bool Builder::Refuse(std::string why) {
  refusal_ = std::move(why);
  return false;
}

// From 1 on; 0 is no tensor's.
void Builder::NumberTensors() {
  std::uint32_t id = 0;
  for (Tensor& tensor : graph_.tensors) tensor.id = ++id;
  for (Node& node : graph_.nodes) {
    for (Attribute& attribute : node.attributes) {
      if (auto* tensor = std::get_if<Tensor>(&attribute.value)) tensor->id = ++id;
    }
  }
}

Result<WrittenGraph> Builder::Finish() {
  if (!failure_.ok()) return failure_;
  NumberTensors();
  graph_.name = source_.written().name;
  WrittenGraph written;
  written.model.converter_command = source_.written().converter_command;
  written.model.converter_version = source_.written().converter_version;
  written.model.timestamp = source_.written().timestamp;
  written.model.graphs.push_back(std::move(graph_));
  written.model.storage = std::move(storage_);
  written.warnings = std::move(warnings_);
  return written;
}

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include "model/translation/translation.h"

#include <fmt/format.h>

#include <utility>

#include "model/onnx/onnx_format.h"

namespace acc::model {
namespace {

const StoredTensor& NoTensor() {
  static const StoredTensor kNone;
  return kNone;
}

}  // namespace

NodeWriter::Origin Translation::OriginOf(const StoredNode& node) {
  return {.word = "node",
          .name = node.name,
          .type = node.type,
          .wish = node.outputs.empty() ? node.name : node.outputs.front()};
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
  const StoredTensor* tensor = builder_.Stored(node_.inputs[input]);
  return tensor == nullptr || tensor->dims != Shape{0};
}

bool Translation::IsConstant(std::size_t input) const {
  return Has(input) && builder_.IsConstant(node_.inputs[input]);
}

const StoredTensor& Translation::StoredInput(std::size_t input) {
  const StoredTensor* tensor = Has(input) ? builder_.Stored(node_.inputs[input]) : nullptr;
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

ElementType Translation::InputType(std::size_t input) { return StoredInput(input).type; }

Order Translation::CommonOrder() {
  const std::size_t rank = OutputDims(0).size();
  for (std::size_t input = 0; input < InputCount() && ok(); ++input) {
    if (!Has(input)) continue;
    const std::size_t own = Rank(input);
    if (own > rank || (own < rank && !IsConstant(input))) return AsStored(rank);
  }
  return ok() ? builder_.PlannedOrder(node_.outputs[0]) : AsStored(rank);
}

const StoredTensor& Translation::StoredOutput(std::size_t output) {
  const StoredTensor* tensor =
      output < node_.outputs.size() ? builder_.Stored(node_.outputs[output]) : nullptr;
  if (tensor != nullptr) return *tensor;
  Fail(fmt::format("its output {} is missing", output));
  return NoTensor();
}

ElementType Translation::OutputType(std::size_t output) { return StoredOutput(output).type; }

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
  Make(output, order, "Cast", {value}, {{"to", OnnxTypeNumber(OutputType(output))}});
}

}  // namespace acc::model

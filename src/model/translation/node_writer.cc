// SPDX-License-Identifier: BSD-3-Clause
#include "model/translation/node_writer.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "model/onnx/onnx_format.h"

namespace acc::model {

void NodeWriter::Fail(std::string_view why) {
  if (!ok()) return;
  status_ = Failure(fmt::format("{} '{}' of type {}: {}", origin_.word, Printable(origin_.name),
                                Printable(origin_.type), why));
}

bool NodeWriter::Check(bool holds, std::string_view otherwise) {
  if (!holds) Fail(otherwise);
  return ok();
}

std::string NodeWriter::Wish(std::string_view suffix) const {
  return fmt::format("{}_{}", origin_.wish, ToLower(suffix));
}

void NodeWriter::AddNode(std::string_view op_type, std::vector<std::string> inputs,
                         std::vector<std::string> outputs, Attributes attributes,
                         std::string_view domain) {
  if (!ok()) return;
  while (!inputs.empty() && inputs.back().empty()) inputs.pop_back();
  Node node;
  node.name = graph_.NewNodeName(origin_.name.empty() ? outputs.front() : origin_.name);
  node.op_type = op_type;
  node.domain = domain;
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  graph_.AddNode(std::move(node));
}

std::string NodeWriter::Add(std::string_view op_type, std::vector<std::string> inputs,
                            Attributes attributes) {
  return AddAll(op_type, std::move(inputs), 1, std::move(attributes)).front();
}

std::vector<std::string> NodeWriter::AddAll(std::string_view op_type,
                                            std::vector<std::string> inputs, std::size_t outputs,
                                            Attributes attributes) {
  std::vector<std::string> names(outputs);
  for (std::string& name : names) name = graph_.NewName(Wish(op_type));
  AddNode(op_type, std::move(inputs), names, std::move(attributes));
  return names;
}

std::string NodeWriter::AddCast(const std::string& value, ElementType type) {
  return Add("Cast", {value}, {{"to", OnnxTypeNumber(type)}});
}

std::string NodeWriter::AddReshaped(const std::string& value, const Shape& dims) {
  return Add("Reshape", {value, Int64s("shape", dims)});
}

std::string NodeWriter::AddTransposed(const std::string& value, const Permutation& order) {
  return Add("Transpose", {value},
             {{"perm", std::vector<std::int64_t>(order.begin(), order.end())}});
}

std::string NodeWriter::AddConstant(std::string_view suffix, Tensor value) {
  return graph_.AddConstant(Wish(suffix), std::move(value));
}

std::string NodeWriter::Floats(std::string_view suffix, Shape dims,
                               const std::vector<float>& values) {
  return AddConstant(suffix, Tensor::FromFloats(std::move(dims), values));
}

std::string NodeWriter::Int64s(std::string_view suffix, const std::vector<std::int64_t>& values) {
  return AddConstant(suffix,
                     Tensor::FromInt64s({static_cast<std::int64_t>(values.size())}, values));
}

std::string NodeWriter::Int64Scalar(std::string_view suffix, std::int64_t value) {
  return AddConstant(suffix, Tensor::FromInt64s({}, std::vector{value}));
}

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <onnx.pb.h>

#include <algorithm>
#include <limits>
#include <type_traits>

#include "base/text.h"
#include "model/onnx/onnx_format.h"
#include "model/onnx/types.h"

namespace acc::model {
namespace {

using onnx::AttributeProto;

void ToOnnx(const Graph& graph, onnx::GraphProto& proto);

// One overload for each alternative of Attribute.
struct AttributeWriter {
  AttributeProto& proto;

  void operator()(std::int64_t value) const {
    proto.set_type(AttributeProto::INT);
    proto.set_i(value);
  }
  void operator()(float value) const {
    proto.set_type(AttributeProto::FLOAT);
    proto.set_f(value);
  }
  void operator()(const std::string& value) const {
    proto.set_type(AttributeProto::STRING);
    proto.set_s(value);
  }
  void operator()(const Tensor& value) const {
    proto.set_type(AttributeProto::TENSOR);
    model::ToOnnx(value, *proto.mutable_t());
  }
  void operator()(const std::shared_ptr<const Graph>& value) const {
    proto.set_type(AttributeProto::GRAPH);
    ToOnnx(*value, *proto.mutable_g());
  }
  void operator()(const std::vector<std::int64_t>& values) const {
    proto.set_type(AttributeProto::INTS);
    proto.mutable_ints()->Add(values.begin(), values.end());
  }
  void operator()(const std::vector<float>& values) const {
    proto.set_type(AttributeProto::FLOATS);
    proto.mutable_floats()->Add(values.begin(), values.end());
  }
  void operator()(const std::vector<std::string>& values) const {
    proto.set_type(AttributeProto::STRINGS);
    for (const std::string& value : values) proto.add_strings(value);
  }
  void operator()(const std::vector<Tensor>& values) const {
    proto.set_type(AttributeProto::TENSORS);
    for (const Tensor& value : values) model::ToOnnx(value, *proto.add_tensors());
  }
  void operator()(const std::vector<std::shared_ptr<const Graph>>& values) const {
    proto.set_type(AttributeProto::GRAPHS);
    for (const auto& value : values) ToOnnx(*value, *proto.add_graphs());
  }
};

void ToOnnx(const Node& node, onnx::NodeProto& proto) {
  proto.set_name(node.name);
  proto.set_op_type(node.op_type);
  proto.set_domain(node.domain);
  for (const std::string& input : node.inputs) proto.add_input(input);
  for (const std::string& output : node.outputs) proto.add_output(output);
  for (const auto& [name, value] : node.attributes) {
    AttributeProto& attribute = *proto.add_attribute();
    attribute.set_name(name);
    std::visit(AttributeWriter{attribute}, value);
  }
}

void ToOnnx(const Graph& graph, onnx::GraphProto& proto) {
  proto.set_name(graph.name.empty() ? "graph" : graph.name);  // The runtime wants one.
  for (const ValueInfo& input : graph.inputs) model::ToOnnx(input, *proto.add_input());
  for (const ValueInfo& output : graph.outputs) model::ToOnnx(output, *proto.add_output());
  for (const auto& [name, tensor] : graph.initializers) {
    onnx::TensorProto& initializer = *proto.add_initializer();
    initializer.set_name(name);
    model::ToOnnx(tensor, initializer);
  }
  for (const Node& node : graph.nodes) ToOnnx(node, *proto.add_node());
}

onnx::ModelProto ModelFrom(const Graph& graph) {
  onnx::ModelProto model;
  model.set_ir_version(graph.ir_version);
  for (const auto& [domain, version] : graph.opsets) {
    onnx::OperatorSetIdProto& opset = *model.add_opset_import();
    opset.set_domain(domain);
    opset.set_version(version);
  }
  ToOnnx(graph, *model.mutable_graph());
  return model;
}

Status TooLarge(const Graph& graph) {
  return Failure(
      fmt::format("graph '{}' needs more than 2 GiB, the limit of the ONNX format; a "
                  "model this large cannot be run yet",
                  Printable(graph.name)));
}

}  // namespace

Result<std::string> SerializeOnnx(const Graph& graph) {
  constexpr std::uint64_t kMaxBytes = std::numeric_limits<std::int32_t>::max();
  std::uint64_t weights = 0;  // Added up first: the messages hold a copy of them.
  for (const auto& [name, tensor] : graph.initializers) weights += tensor.bytes().size();
  if (weights > kMaxBytes) return TooLarge(graph);
  const onnx::ModelProto model = ModelFrom(graph);
  if (model.ByteSizeLong() > kMaxBytes) return TooLarge(graph);
  return model.SerializeAsString();
}

std::string ExtraOutputs(std::span<const std::string> tensors) {
  onnx::ModelProto model;
  onnx::GraphProto& graph = *model.mutable_graph();
  for (const std::string& tensor : tensors) graph.add_output()->set_name(tensor);
  return model.SerializeAsString();
}

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
// Operators that QNN does not have.
#include <fmt/format.h>

#include <limits>
#include <memory>
#include <utility>

#include "base/text.h"
#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"
#include "model/onnx/onnx_format.h"

namespace acc::dlc {
namespace {

constexpr std::string_view kStandardPackage = "ai.onnx";
constexpr std::string_view kOpsetAttribute = "onnx_opset";

acc::Tensor Int64s(Shape dims, std::span<const std::int64_t> values) {
  return acc::Tensor::FromInt64s(std::move(dims), values);
}

template <typename T>
Shape ListDims(const T& values) {
  return {static_cast<std::int64_t>(values.size())};
}

// One overload for each alternative of model::Attribute.
class AttributeWriter {
 public:
  AttributeWriter(Builder& builder, const std::string& name) : builder_(builder), name_(name) {}

  Result<Attribute> operator()(std::int64_t value) const {
    if (std::in_range<std::int32_t>(value)) return Int(name_, value);
    return builder_.Value(name_, Int64s({}, std::span(&value, 1)));
  }
  Result<Attribute> operator()(float value) const { return Real(name_, value); }
  Result<Attribute> operator()(const std::string& value) const { return Text(name_, value); }
  Result<Attribute> operator()(const acc::Tensor& value) const {
    return builder_.Value(name_, value);
  }
  Result<Attribute> operator()(const std::vector<std::int64_t>& values) const {
    return builder_.Value(name_, Int64s(ListDims(values), values));
  }
  Result<Attribute> operator()(const std::vector<float>& values) const {
    return builder_.Value(name_, acc::Tensor::FromFloats(ListDims(values), values));
  }
  // Subgraphs travel as a message of the format that has them.
  Result<Attribute> operator()(const std::shared_ptr<const model::Graph>& value) const {
    ACC_ASSIGN_OR_RETURN(const std::string message, model::SerializeOnnx(*value));
    return builder_.Value(
        name_, acc::Tensor::FromValues<char>(ElementType::kUint8, ListDims(message), message));
  }
  template <typename T>
  Result<Attribute> operator()(const std::vector<T>&) const {
    return Failure(fmt::format("a DLC cannot hold its attribute '{}'", Printable(name_)));
  }

 private:
  Builder& builder_;
  const std::string& name_;
};

}  // namespace

std::string_view PackageOf(const model::Node& node) {
  return node.domain.empty() ? kStandardPackage : std::string_view(node.domain);
}

void WriteAsItIs(Builder& builder, const model::Node& node) {
  const std::string& domain = node.domain;
  Node written{.name = node.name, .type = node.op_type, .package = std::string(PackageOf(node))};
  for (const std::string& input : node.inputs) {
    written.inputs.push_back(input.empty() ? builder.Null() : builder.ReadAsInGraph(input));
  }
  for (const std::string& output : node.outputs) {
    written.outputs.push_back(output.empty() ? builder.NullOutput()
                                             : builder.WriteAsInGraph(output));
  }
  for (const auto& [name, value] : node.attributes) {
    auto attribute = std::visit(AttributeWriter(builder, name), value);
    if (!attribute.ok()) {
      builder.Fail(attribute.status().WithContext(
          fmt::format("node '{}' ({})", Printable(node.name), Printable(node.op_type))));
      return;
    }
    written.attributes.push_back(*std::move(attribute));
  }
  const auto opset = static_cast<std::uint64_t>(builder.source().Opset(domain));
  written.attributes.push_back(Uint(kOpsetAttribute, opset));
  builder.AddNode(std::move(written));
}

}  // namespace acc::dlc

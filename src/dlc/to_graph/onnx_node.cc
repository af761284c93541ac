// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/onnx_node.h"

#include <fmt/format.h>

#include <memory>

#include "base/text.h"
#include "dlc/to_graph/constants.h"
#include "model/onnx/onnx_format.h"

namespace acc::dlc {
namespace {

// All attributes of the standard's operators that hold graphs.
bool IsSubgraph(const Attribute& attribute) {
  return attribute.name == "then_branch" || attribute.name == "else_branch" ||
         attribute.name == "body";
}

Result<model::Attribute> OfTensor(const Node& node, const Attribute& attribute,
                                  const Tensor& tensor) {
  ACC_ASSIGN_OR_RETURN(const acc::Tensor value, ConstantValue(tensor));
  const bool is_tensor =
      attribute.name == "value" && (node.type == "Constant" || node.type == "ConstantOfShape");
  if (is_tensor || value.dims().size() > 1) return model::Attribute(value);
  const bool is_list = value.dims().size() == 1;
  if (value.type() == ElementType::kInt64) {
    ACC_ASSIGN_OR_RETURN(std::vector<std::int64_t> numbers, ToIntegers(value.view()));
    if (is_list) return model::Attribute(std::move(numbers));
    return model::Attribute(numbers.front());
  }
  if (value.type() == ElementType::kFloat32) {
    ACC_ASSIGN_OR_RETURN(std::vector<float> numbers, ToFloats(value.view()));
    if (is_list) return model::Attribute(std::move(numbers));
    return model::Attribute(numbers.front());
  }
  if (IsSubgraph(attribute) && value.type() == ElementType::kUint8) {
    ACC_ASSIGN_OR_RETURN(model::Graph graph, model::ParseSubgraph(value.bytes()));
    return model::Attribute(std::make_shared<const model::Graph>(std::move(graph)));
  }
  return model::Attribute(value);
}

Result<model::Attribute> ValueOf(const Node& node, const Attribute& attribute) {
  struct Reader {
    const Node& node;
    const Attribute& attribute;
    Result<model::Attribute> operator()(bool value) const { return Number(value ? 1 : 0); }
    Result<model::Attribute> operator()(std::int32_t value) const { return Number(value); }
    Result<model::Attribute> operator()(std::uint32_t value) const { return Number(value); }
    Result<model::Attribute> operator()(float value) const { return model::Attribute(value); }
    Result<model::Attribute> operator()(const std::string& value) const {
      return model::Attribute(value);
    }
    Result<model::Attribute> operator()(const Tensor& value) const {
      return OfTensor(node, attribute, value);
    }
    static model::Attribute Number(std::int64_t value) { return value; }
  };
  return std::visit(Reader{node, attribute}, attribute.value);
}

Attributes AttributesOf(Translation& t) {
  Attributes attributes;
  for (const Attribute& attribute : t.node().attributes) {
    if (attribute.name == kOpsetAttribute) continue;
    auto value = ValueOf(t.node(), attribute);
    if (!value.ok()) {
      t.Fail(fmt::format("its attribute '{}': {}", Printable(attribute.name),
                         value.status().message()));
      return {};
    }
    attributes[attribute.name] = *std::move(value);
  }
  return attributes;
}

// A subgraph reads tensors by their names, in the order in which the graph held them when it was
// written; that is how it holds them now.
void CheckOuterReads(Translation& t, const Attributes& attributes) {
  model::Node node;
  node.attributes = attributes;
  for (const std::string& name : model::OuterReads(node)) {
    if (t.builder().Find(name) == nullptr) continue;
    const auto value = t.builder().Value(name, t.builder().OrderOf(name));
    if (!t.Check(value.ok(), value.status().message())) return;
    t.Check(*value == name, fmt::format("its subgraph reads '{}', which the graph holds otherwise",
                                        Printable(name)));
  }
}

}  // namespace

void TranslateOnnxNode(Translation& t) {
  const std::string domain = t.node().package == kOnnxPackage ? "" : t.node().package;
  t.builder().RequireOpset(domain, t.Int(kOpsetAttribute, 1));
  std::vector<std::string> inputs;
  for (std::size_t input = 0; input < t.InputCount(); ++input) inputs.push_back(t.Input(input));
  Attributes attributes = AttributesOf(t);
  CheckOuterReads(t, attributes);
  t.MakeAsStored(domain, std::move(inputs), std::move(attributes));
}

}  // namespace acc::dlc

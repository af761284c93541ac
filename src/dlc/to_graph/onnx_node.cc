// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/onnx_node.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"
#include "dlc/to_graph/constants.h"

namespace acc::dlc {
namespace {

Result<model::Attribute> OfTensor(const Node& node, const Attribute& attribute,
                                  const Tensor& tensor) {
  ACC_ASSIGN_OR_RETURN(const acc::Tensor value, ConstantValue(tensor));
  const bool is_tensor =
      attribute.name == "value" && (node.type == "Constant" || node.type == "ConstantOfShape");
  if (is_tensor || value.dims().size() > 1) return model::Attribute(value);
  const bool is_list = value.dims().size() == 1;
  if (value.type() == ElementType::kInt64) {
    ACC_ASSIGN_OR_RETURN(std::vector<std::int64_t> numbers, Integers(value));
    if (is_list) return model::Attribute(std::move(numbers));
    return model::Attribute(numbers.front());
  }
  if (value.type() == ElementType::kFloat32) {
    ACC_ASSIGN_OR_RETURN(std::vector<float> numbers, ToFloats(value.view()));
    if (is_list) return model::Attribute(std::move(numbers));
    return model::Attribute(numbers.front());
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

}  // namespace

void TranslateOnnxNode(Translation& t) {
  const std::string domain = t.node().package == kOnnxPackage ? "" : t.node().package;
  t.builder().RequireOpset(domain, t.Int(kOpsetAttribute, 1));
  std::vector<std::string> inputs;
  for (std::size_t input = 0; input < t.InputCount(); ++input) inputs.push_back(t.Input(input));
  t.MakeAsStored(domain, std::move(inputs), AttributesOf(t));
}

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include "features/target_run/dlc_graph_struct.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>

#include "dlc/operations.h"
#include "dlc/to_graph/axis_orders.h"
#include "match/names.h"
#include "tensor/layout.h"
#include "tensor/shape.h"

namespace acc::features {
namespace {

using Value = store::GraphStruct::Value;

// Types that serve many operations say nothing to the reader of a report.
std::string TypeOf(const dlc::Node& node) {
  std::optional<std::string_view> name;
  const dlc::Attribute* attribute = node.Find("operation");
  const auto* number =
      attribute != nullptr ? std::get_if<std::uint32_t>(&attribute->value) : nullptr;
  if (number != nullptr) {
    name = dlc::OnnxOperator(node.type, *number);
    if (!name) name = dlc::OperationName(node.type, *number);
  } else if (const auto operation = dlc::OperationOfType(node.type)) {
    name = dlc::OnnxOperator(operation->type, operation->number);
  }
  return std::string(name.value_or(node.type));
}

class GraphDescription {
 public:
  explicit GraphDescription(const dlc::Graph& graph)
      : graph_(graph), orders_(dlc::AxisOrders(graph)) {
    for (const dlc::Tensor& tensor : graph.tensors) tensors_.emplace(tensor.name, &tensor);
    for (const dlc::Node& node : graph.nodes) AddSourceOrder(node);
  }

  void AppendTo(store::GraphStruct& result) const {
    for (const dlc::Tensor& tensor : graph_.tensors) {
      if (tensor.kind == dlc::TensorKind::kInput) result.inputs.push_back(Describe(tensor.name));
    }
    for (const dlc::Node& node : graph_.nodes) {
      store::GraphStruct::Node described{
          .name = node.name, .type = TypeOf(node), .inputs = node.inputs};
      for (const std::string& output : node.outputs) described.outputs.push_back(Describe(output));
      result.nodes.push_back(std::move(described));
    }
  }

 private:
  bool IsChannelLast(const std::string& name) const {
    const auto order = orders_.find(name);
    return order != orders_.end() && order->second == AxisOrder::kChannelLast;
  }

  // The other side of a Transpose from or to channel-last is in the source's order.
  void AddSourceOrder(const dlc::Node& node) {
    const Permutation permutation = dlc::TransposeAxes(node);
    if (permutation.empty() || node.inputs.empty() || node.outputs.empty()) return;
    const Permutation to_last = FromSource(AxisOrder::kChannelLast, permutation.size());
    const std::string& from = node.inputs.front();
    const std::string& to = node.outputs.front();
    if (permutation == to_last && IsChannelLast(to)) source_order_.insert(from);
    if (permutation == Inverse(to_last) && IsChannelLast(from)) source_order_.insert(to);
  }

  Value Describe(const std::string& name) const {
    Value value{.name = name, .has_dims = false};
    const auto found = tensors_.find(name);
    if (found == tensors_.end() || !IsStatic(found->second->dims)) return value;
    value.dims = found->second->dims;
    value.has_dims = true;
    if (IsChannelLast(name)) {
      value.layout = LayoutName(AxisOrder::kChannelLast, value.dims.size());
    } else if (source_order_.contains(name)) {
      value.layout = LayoutName(AxisOrder::kSource, value.dims.size());
    }
    return value;
  }

  const dlc::Graph& graph_;
  std::map<std::string, AxisOrder> orders_;
  std::unordered_map<std::string, const dlc::Tensor*> tensors_;
  std::set<std::string> source_order_;
};

using Values = std::unordered_map<std::string, const Value*>;

Values ByKey(const store::GraphStruct& graph) {
  Values values;
  for (const Value& input : graph.inputs) values.emplace(match::NameKey(input.name), &input);
  for (const auto& node : graph.nodes) {
    for (const Value& output : node.outputs) values.emplace(match::NameKey(output.name), &output);
  }
  return values;
}

void Fill(const Values& known, Value& value) {
  const auto found = known.find(match::NameKey(value.name));
  if (found == known.end() || !found->second->has_dims) return;
  const Value& other = *found->second;
  if (!value.has_dims) {
    value.dims = other.dims;
    value.has_dims = true;
    value.layout = other.layout;
  } else if (value.layout.empty() && value.dims == other.dims) {
    value.layout = other.layout;
  }
}

}  // namespace

store::GraphStruct GraphStructOf(const dlc::Model& model) {
  store::GraphStruct result;
  if (!model.graphs.empty()) result.model_name = model.graphs.front().name;
  for (const dlc::Graph& graph : model.graphs) GraphDescription(graph).AppendTo(result);
  return result;
}

void FillFrom(const store::GraphStruct& other, store::GraphStruct& graph) {
  const Values known = ByKey(other);
  for (Value& input : graph.inputs) Fill(known, input);
  for (auto& node : graph.nodes) {
    for (Value& output : node.outputs) Fill(known, output);
  }
  std::set<std::string> own;
  for (const auto& [key, value] : ByKey(graph)) own.insert(key);
  const auto is_own = [&](const Value& value) { return own.contains(match::NameKey(value.name)); };
  std::ranges::copy_if(other.inputs, std::back_inserter(graph.inputs),
                       [&](const Value& input) { return !is_own(input); });
  std::ranges::copy_if(other.nodes, std::back_inserter(graph.nodes), [&](const auto& node) {
    return std::ranges::none_of(node.outputs, is_own);
  });
}

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <variant>

#include "dlc/checksum.h"
#include "dlc/to_graph/axis_orders.h"
#include "features/dlc_info/dlc_info.h"
#include "features/encodings/static_values.h"

namespace acc::features {
namespace {

constexpr std::uint64_t kMostListed = 4096;  // Elements of an attribute's tensor.

Json EncodingJson(const TensorEncoding& encoding) {
  Json json = {{"dtype", encoding.is_float ? "float" : "int"}};
  json["axis"] = encoding.axis ? Json(*encoding.axis) : Json();
  json["channels"] = Json::array();
  for (const Encoding& entry : encoding.channels) {
    json["channels"].push_back({{"bitwidth", entry.bitwidth},
                                {"min", entry.min},
                                {"max", entry.max},
                                {"scale", entry.scale},
                                {"offset", entry.offset},
                                {"symmetric", entry.symmetric}});
  }
  return json;
}

// The least and the largest value, and how many are no finite numbers.
Json StatisticsJson(const dlc::Tensor& tensor) {
  float least = INFINITY;
  float most = -INFINITY;
  std::uint64_t not_finite = 0;
  ForEachPiece(StaticValues(tensor), [&](std::span<const float> piece) {
    for (const float value : piece) {
      if (!std::isfinite(value)) {
        ++not_finite;
        continue;
      }
      least = std::min(least, value);
      most = std::max(most, value);
    }
  });
  return {{"min", std::isfinite(least) ? Json(least) : Json()},
          {"max", std::isfinite(most) ? Json(most) : Json()},
          {"not_finite", not_finite}};
}

Json TensorJson(const dlc::Tensor& tensor) {
  Json json = {{"id", tensor.id},
               {"name", tensor.name},
               {"kind", KindName(tensor.kind)},
               {"data_type", dlc::Name(tensor.type)},
               {"dims", tensor.dims}};
  json["encoding"] = tensor.encoding ? EncodingJson(*tensor.encoding) : Json();
  json["data_bytes"] = tensor.data.size();
  json["data_crc32"] =
      tensor.data.empty() ? Json() : Json(fmt::format("{:08x}", dlc::Checksum(tensor.data)));
  json["statistics"] = HasValues(tensor) ? StatisticsJson(tensor) : Json();
  return json;
}

Json AttributeTensorJson(const dlc::Tensor& tensor) {
  Json json = TensorJson(tensor);
  if (!HasValues(tensor) || StaticValues(tensor).count() > kMostListed) return json;
  std::vector<double> values(StaticValues(tensor).count());
  StaticValues(tensor).Read(0, values);
  if (IsFloat(dlc::StoredType(tensor.type)) || dlc::IsFixedPoint(tensor.type)) {
    json["values"] = values;
  } else {
    json["values"] = std::vector<std::int64_t>(values.begin(), values.end());
  }
  return json;
}

// JSON has no number for what is not finite.
Json NumberJson(float value) {
  return std::isfinite(value) ? Json(value) : Json(fmt::format("{}", value));
}

Json AttributesJson(const dlc::Node& node) {
  Json attributes = Json::object();
  for (const dlc::Attribute& attribute : node.attributes) {
    attributes[attribute.name] = std::visit(
        [](const auto& value) -> Json {
          using Value = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<Value, dlc::Tensor>) {
            return AttributeTensorJson(value);
          } else if constexpr (std::is_same_v<Value, float>) {
            return NumberJson(value);
          } else {
            return value;
          }
        },
        attribute.value);
  }
  return attributes;
}

struct TypeOfValue {
  dlc::DataType operator()(bool) const { return dlc::DataType::kBool8; }
  dlc::DataType operator()(std::int32_t) const { return dlc::DataType::kInt32; }
  dlc::DataType operator()(std::uint32_t) const { return dlc::DataType::kUint32; }
  dlc::DataType operator()(float) const { return dlc::DataType::kFloat32; }
  dlc::DataType operator()(const std::string&) const { return dlc::DataType::kString; }
  dlc::DataType operator()(const dlc::Tensor& value) const { return value.type; }
};

Json AttributeTypesJson(const dlc::Node& node) {
  Json types = Json::object();
  for (const dlc::Attribute& attribute : node.attributes) {
    types[attribute.name] = dlc::Name(std::visit(TypeOfValue(), attribute.value));
  }
  return types;
}

Json NodeJson(const dlc::Node& node, const TensorsByName& tensors) {
  const auto macs = MultiplyAccumulates(node, tensors);
  return {{"name", node.name},
          {"type", node.type},
          {"package", node.package},
          {"inputs", node.inputs},
          {"outputs", node.outputs},
          {"attributes", AttributesJson(node)},
          {"attribute_types", AttributeTypesJson(node)},
          {"parameters", ParameterCount(node, tensors)},
          {"macs", macs ? Json(*macs) : Json()}};
}

Json GraphJson(const dlc::Graph& graph) {
  const auto orders = dlc::AxisOrders(graph);
  const TensorsByName by_name = ByName(graph);
  const Totals totals = TotalsOf(graph);
  Json nodes = Json::array();
  for (const dlc::Node& node : graph.nodes) nodes.push_back(NodeJson(node, by_name));
  Json tensors = Json::array();
  for (const dlc::Tensor& tensor : graph.tensors) {
    Json json = TensorJson(tensor);
    const auto order = orders.find(tensor.name);
    const bool known = order != orders.end() && order->second == AxisOrder::kChannelLast;
    json["layout"] = known ? Json(LayoutName(order->second, tensor.dims.size())) : Json();
    tensors.push_back(std::move(json));
  }
  return {{"name", graph.name},
          {"totals",
           {{"parameters", totals.parameters},
            {"parameter_bytes", totals.bytes},
            {"macs", totals.macs},
            {"nodes_with_macs", totals.nodes_with_macs}}},
          {"nodes", std::move(nodes)},
          {"tensors", std::move(tensors)}};
}

}  // namespace

Json DlcInfoJson(const ModelFile& file) {
  const dlc::Model& model = file.model;
  Json records = Json::array();
  for (const dlc::Record& record : model.records) {
    records.push_back({{"name", record.name}, {"bytes", record.bytes}});
  }
  Json graphs = Json::array();
  for (const dlc::Graph& graph : model.graphs) graphs.push_back(GraphJson(graph));
  return {
      {"schema", 1},
      {"file", file.path},
      {"bytes", file.bytes},
      {"format", {{"major", model.major}, {"minor", model.minor}}},
      {"converter", {{"version", model.converter_version}, {"command", model.converter_command}}},
      {"notes", model.notes},
      {"records", std::move(records)},
      {"graphs", std::move(graphs)}};
}

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
#include "store/graph_struct.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace acc::store {
namespace {

std::string JsonText(const std::string& text) { return IsUtf8(text) ? text : Printable(text); }

Json JsonFromValue(const GraphStruct::Value& value) {
  Json json = {{"name", JsonText(value.name)}};
  if (value.has_dims) json["dims"] = value.dims;
  if (!value.layout.empty()) json["layout"] = JsonText(value.layout);
  return json;
}

Json JsonFromNode(const GraphStruct::Node& node) {
  Json json = {{"name", JsonText(node.name)}, {"type", JsonText(node.type)}};
  json["inputs"] = Json::array();
  for (const std::string& input : node.inputs) json["inputs"].push_back(JsonText(input));
  json["outputs"] = Json::array();
  for (const auto& output : node.outputs) json["outputs"].push_back(JsonFromValue(output));
  return json;
}

std::string TextAt(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& ListAt(const Json& object, const char* key) {
  static const Json* const kNone = new Json(Json::array());
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : *kNone;
}

// Dims that do not make sense count as missing.
void ReadDims(const Json& json, GraphStruct::Value& value) {
  const auto found = json.find("dims");
  if (found == json.end() || !found->is_array()) return;
  Shape dims;
  for (const Json& dim : *found) {
    if (!dim.is_number_integer()) return;
    dims.push_back(dim.get<std::int64_t>() < 0 ? kUnknownDim : dim.get<std::int64_t>());
  }
  value.dims = std::move(dims);
  value.has_dims = true;
}

// A tensor is an object with a name, or just the name.
GraphStruct::Value ValueFromJson(const Json& json) {
  GraphStruct::Value value;
  if (json.is_string()) value.name = json.get<std::string>();
  if (!json.is_object()) return value;
  value.name = TextAt(json, "name");
  value.layout = TextAt(json, "layout");
  ReadDims(json, value);
  return value;
}

GraphStruct::Node NodeFromJson(const Json& json) {
  GraphStruct::Node node{TextAt(json, "name"), TextAt(json, "type"), {}, {}};
  for (const Json& input : ListAt(json, "inputs")) node.inputs.push_back(ValueFromJson(input).name);
  for (const Json& output : ListAt(json, "outputs")) node.outputs.push_back(ValueFromJson(output));
  return node;
}

}  // namespace

Status WriteGraphStruct(const std::filesystem::path& path, const GraphStruct& graph) {
  Json json = {{"model", JsonText(graph.model_name)}};
  json["inputs"] = Json::array();
  for (const auto& input : graph.inputs) json["inputs"].push_back(JsonFromValue(input));
  json["nodes"] = Json::array();
  for (const auto& node : graph.nodes) json["nodes"].push_back(JsonFromNode(node));
  return WriteJson(path, json);
}

Result<GraphStruct> ReadGraphStruct(const std::filesystem::path& path) {
  ACC_ASSIGN_OR_RETURN(const Json json, ReadJson(path));
  if (!json.is_object() || !json.contains("nodes") || !json["nodes"].is_array()) {
    return Failure(
        fmt::format("'{}' is no graph struct: it has no list \"nodes\". The file that is "
                    "meant is <model>_graph_struct.json of an inference_engine run.",
                    Printable(path.native())));
  }
  GraphStruct graph;
  graph.model_name = TextAt(json, "model");
  for (const Json& input : ListAt(json, "inputs")) graph.inputs.push_back(ValueFromJson(input));
  for (const Json& node : json["nodes"]) {
    if (!node.is_object()) {
      return Failure(fmt::format("'{}': entry {} of \"nodes\" is no object",
                                 Printable(path.native()), graph.nodes.size()));
    }
    graph.nodes.push_back(NodeFromJson(node));
  }
  return graph;
}

Status WriteTensorMapping(const std::filesystem::path& path, const TensorMapping& mapping) {
  Json json = Json::object();
  auto& members = json.get_ref<Json::object_t&>();
  std::set<std::string> names;
  for (const auto& [inference, framework] : mapping) {
    if (!names.insert(JsonText(inference)).second) {
      return Failure(fmt::format("cannot write '{}': the tensor '{}' is mapped twice",
                                 Printable(path.native()), Printable(inference)));
    }
    members.push_back({JsonText(inference), JsonText(framework)});
  }
  return WriteJson(path, json);
}

Result<TensorMapping> ReadTensorMapping(const std::filesystem::path& path) {
  ACC_ASSIGN_OR_RETURN(const Json json, ReadJson(path));
  const std::string form =
      "It must be one flat object {\"<inference tensor>\": \"<framework "
      "tensor>\", …}.";
  if (!json.is_object()) {
    return Failure(fmt::format("'{}' is no tensor mapping. {}", Printable(path.native()), form));
  }
  TensorMapping mapping;
  for (const auto& [inference, framework] : json.items()) {
    if (!framework.is_string()) {
      return Failure(fmt::format("'{}': the value of '{}' is no text. {}", Printable(path.native()),
                                 Printable(inference), form));
    }
    mapping.emplace_back(inference, framework.get<std::string>());
  }
  return mapping;
}

}  // namespace acc::store

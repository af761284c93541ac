// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx.pb.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>

#include "base/files.h"
#include "base/text.h"
#include "model/cut.h"
#include "model/file_kind.h"
#include "model/onnx/arity.h"
#include "model/onnx/external_data.h"
#include "model/onnx/inline_functions.h"
#include "model/onnx/onnx_format.h"
#include "model/onnx/types.h"
#include "model/unique_names.h"

namespace acc::model {
namespace {

using onnx::AttributeProto;

constexpr int kMaxNesting = 32;
// A subgraph lies three messages (node, attribute, graph) below its graph; the rest is for what
// hangs on the innermost one.
constexpr int kRecursionLimit = 3 * kMaxNesting + 32;
constexpr std::int64_t kFirstIrVersionWithOpsets = 3;
// From this version on a graph's initializers need not be among its inputs.
constexpr std::int64_t kMinIrVersion = 4;

std::string Domain(const std::string& domain) { return domain == "ai.onnx" ? "" : domain; }

// Models older than IR version 2 leave the type out.
AttributeProto::AttributeType TypeOf(const AttributeProto& proto) {
  if (proto.type() != AttributeProto::UNDEFINED) return proto.type();
  struct Row {
    bool present;
    AttributeProto::AttributeType type;
  };
  const std::array rows = {
      Row{proto.has_f(), AttributeProto::FLOAT},
      Row{proto.has_i(), AttributeProto::INT},
      Row{proto.has_s(), AttributeProto::STRING},
      Row{proto.has_t(), AttributeProto::TENSOR},
      Row{proto.has_g(), AttributeProto::GRAPH},
      Row{proto.floats_size() > 0, AttributeProto::FLOATS},
      Row{proto.ints_size() > 0, AttributeProto::INTS},
      Row{proto.strings_size() > 0, AttributeProto::STRINGS},
      Row{proto.tensors_size() > 0, AttributeProto::TENSORS},
      Row{proto.graphs_size() > 0, AttributeProto::GRAPHS},
  };
  const auto row = std::ranges::find(rows, true, &Row::present);
  return row == rows.end() ? AttributeProto::UNDEFINED : row->type;
}

// Translates graphs from the outermost inwards.
class GraphReader {
 public:
  explicit GraphReader(const std::filesystem::path& path) : external_(path) {}

  Result<Graph> Read(const onnx::GraphProto& proto) { return Read(proto, 0); }
  Result<Graph> ReadInner(const onnx::GraphProto& proto) { return Read(proto, 1); }

 private:
  Result<Graph> Read(const onnx::GraphProto& proto, int nesting);
  Status ReadInitializers(const onnx::GraphProto& proto, Graph& graph);
  Status ReadNodes(const onnx::GraphProto& proto, int nesting, Graph& graph);
  Result<Node> ReadNode(const onnx::NodeProto& proto, std::string name, int nesting);
  Result<Attribute> ReadAttribute(const AttributeProto& proto, int nesting);
  Result<Attribute> ReadTensors(const AttributeProto& proto);
  Result<Attribute> ReadGraphs(const AttributeProto& proto, int nesting);
  Result<std::shared_ptr<const Graph>> ReadSubgraph(const onnx::GraphProto& proto, int nesting);

  ExternalData external_;
};

Result<std::shared_ptr<const Graph>> GraphReader::ReadSubgraph(const onnx::GraphProto& proto,
                                                               int nesting) {
  if (nesting == kMaxNesting) {
    return Failure(fmt::format("subgraphs are nested deeper than {}", kMaxNesting));
  }
  ACC_ASSIGN_OR_RETURN(Graph graph, Read(proto, nesting + 1));
  return std::make_shared<const Graph>(std::move(graph));
}

Result<Attribute> GraphReader::ReadTensors(const AttributeProto& proto) {
  std::vector<Tensor> tensors;
  for (const onnx::TensorProto& tensor : proto.tensors()) {
    ACC_ASSIGN_OR_RETURN(tensors.emplace_back(), TensorFromOnnx(tensor, external_));
  }
  return Attribute(std::move(tensors));
}

Result<Attribute> GraphReader::ReadGraphs(const AttributeProto& proto, int nesting) {
  std::vector<std::shared_ptr<const Graph>> graphs;
  for (const onnx::GraphProto& graph : proto.graphs()) {
    ACC_ASSIGN_OR_RETURN(graphs.emplace_back(), ReadSubgraph(graph, nesting));
  }
  return Attribute(std::move(graphs));
}

Result<Attribute> GraphReader::ReadAttribute(const AttributeProto& proto, int nesting) {
  switch (const auto type = TypeOf(proto)) {
    case AttributeProto::INT: return Attribute(std::int64_t{proto.i()});
    case AttributeProto::FLOAT: return Attribute(proto.f());
    case AttributeProto::STRING: return Attribute(proto.s());
    case AttributeProto::INTS:
      return Attribute(std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end()));
    case AttributeProto::FLOATS:
      return Attribute(std::vector<float>(proto.floats().begin(), proto.floats().end()));
    case AttributeProto::STRINGS:
      return Attribute(std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
    case AttributeProto::TENSOR: {
      ACC_ASSIGN_OR_RETURN(Tensor tensor, TensorFromOnnx(proto.t(), external_));
      return Attribute(std::move(tensor));
    }
    case AttributeProto::GRAPH: {
      ACC_ASSIGN_OR_RETURN(std::shared_ptr<const Graph> graph, ReadSubgraph(proto.g(), nesting));
      return Attribute(std::move(graph));
    }
    case AttributeProto::TENSORS: return ReadTensors(proto);
    case AttributeProto::GRAPHS: return ReadGraphs(proto, nesting);
    default:
      return Failure(fmt::format("attribute values of type {} are not supported",
                                 AttributeProto::AttributeType_Name(type)));
  }
}

Result<Node> GraphReader::ReadNode(const onnx::NodeProto& proto, std::string name, int nesting) {
  Node node;
  node.name = std::move(name);
  node.op_type = proto.op_type();
  node.domain = Domain(proto.domain());
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  for (const AttributeProto& attribute : proto.attribute()) {
    Result<Attribute> value = ReadAttribute(attribute, nesting);
    if (!value.ok()) {
      return value.status().WithContext(fmt::format("node '{}' ({}), attribute '{}'",
                                                    Printable(node.name), Printable(node.op_type),
                                                    Printable(attribute.name())));
    }
    node.attributes.insert_or_assign(attribute.name(), std::move(value).value());
  }
  return node;
}

std::string_view FirstOutput(const onnx::NodeProto& node) {
  const auto named = std::ranges::find_if(node.output(), [](const auto& o) { return !o.empty(); });
  return named == node.output().end() ? std::string_view(node.op_type()) : *named;
}

// Nodes that have no name get their first output's, and repeated names a suffix; a name that is
// unique in the file never changes.
std::vector<std::string> NodeNames(const onnx::GraphProto& proto) {
  UniqueNames unique;
  std::vector<std::string> names(static_cast<std::size_t>(proto.node_size()));
  for (const bool named : {true, false}) {
    for (int index = 0; index < proto.node_size(); ++index) {
      const onnx::NodeProto& node = proto.node(index);
      if (node.name().empty() == named) continue;
      names[static_cast<std::size_t>(index)] = unique.Take(named ? node.name() : FirstOutput(node));
    }
  }
  return names;
}

Status GraphReader::ReadNodes(const onnx::GraphProto& proto, int nesting, Graph& graph) {
  std::vector<std::string> names = NodeNames(proto);
  for (std::size_t index = 0; index < names.size(); ++index) {
    ACC_ASSIGN_OR_RETURN(graph.nodes.emplace_back(), ReadNode(proto.node(static_cast<int>(index)),
                                                              std::move(names[index]), nesting));
  }
  return OkStatus();
}

Status GraphReader::ReadInitializers(const onnx::GraphProto& proto, Graph& graph) {
  if (proto.sparse_initializer_size() > 0) {
    return Failure(
        fmt::format("tensor '{}' is a sparse initializer, which is not supported; "
                    "export the model with dense weights",
                    Printable(proto.sparse_initializer(0).values().name())));
  }
  for (const onnx::TensorProto& initializer : proto.initializer()) {
    ACC_ASSIGN_OR_RETURN(Tensor tensor, TensorFromOnnx(initializer, external_));
    if (!graph.initializers.emplace(initializer.name(), std::move(tensor)).second) {
      return Failure(
          fmt::format("initializer '{}' is defined twice", Printable(initializer.name())));
    }
  }
  return OkStatus();
}

Result<Graph> GraphReader::Read(const onnx::GraphProto& proto, int nesting) {
  Graph graph;
  graph.name = proto.name();
  ACC_RETURN_IF_ERROR(ReadInitializers(proto, graph));
  for (const onnx::ValueInfoProto& input : proto.input()) {
    if (graph.initializers.contains(input.name())) continue;
    ACC_ASSIGN_OR_RETURN(graph.inputs.emplace_back(), ValueInfoFromOnnx(input));
  }
  for (const onnx::ValueInfoProto& output : proto.output()) {
    ACC_ASSIGN_OR_RETURN(graph.outputs.emplace_back(), ValueInfoFromOnnx(output));
  }
  ACC_RETURN_IF_ERROR(ReadNodes(proto, nesting, graph));
  ACC_RETURN_IF_ERROR(nesting == 0 ? SortNodes(graph) : SortSubgraphNodes(graph));
  return graph;
}

// What a graph must have to be run on its own, beyond what SortNodes checks. The types of `inner`
// inputs may be unknown.
Status CheckEnds(const Graph& graph, const std::vector<std::string>& inner) {
  for (const ValueInfo& input : graph.inputs) {
    if (input.type == ElementType::kUndefined && !std::ranges::count(inner, input.name)) {
      return Failure(
          fmt::format("input '{}' is no tensor; only tensors can be fed", Printable(input.name)));
    }
  }
  if (graph.outputs.empty()) return Failure("its graph has no outputs");
  const Connections connections(graph);
  std::set<std::string_view> names;
  for (const ValueInfo& output : graph.outputs) {
    const bool made = connections.Producer(output.name) >= 0 || IsGraphInput(graph, output.name) ||
                      graph.initializers.contains(output.name);
    if (!made) return Failure(fmt::format("nothing makes output '{}'", Printable(output.name)));
    if (!names.insert(output.name).second) {
      return Failure(fmt::format("output '{}' is declared twice", Printable(output.name)));
    }
  }
  return OkStatus();
}

Status ReadOpsets(const onnx::ModelProto& model, Graph& graph) {
  for (const onnx::OperatorSetIdProto& opset : model.opset_import()) {
    graph.opsets[Domain(opset.domain())] = opset.version();
  }
  if (!graph.opsets.empty()) return OkStatus();
  if (model.ir_version() >= kFirstIrVersionWithOpsets) {
    return Failure("it names no operator set version");
  }
  graph.opsets[""] = 1;
  return OkStatus();
}

// Of a file that could not be parsed.
std::string WhatFile(std::span<const std::byte> bytes) {
  const std::string_view content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto kind = KindOf(content);
  if (kind && kind->framework != "onnx") {
    return ForeignFile(content, "Give the .onnx file of a model");
  }
  return "the file is truncated, nested too deeply, or no ONNX model; export it again or check "
         "the download";
}

Result<onnx::ModelProto> Parse(std::span<const std::byte> bytes) {
  if (bytes.size() > std::size_t{std::numeric_limits<int>::max()}) {
    return Failure(
        "the file is larger than 2 GiB, the limit of the format; export the model with its "
        "weights as external data");
  }
  const int size = static_cast<int>(bytes.size());
  google::protobuf::io::ArrayInputStream array(bytes.data(), size);
  google::protobuf::io::CodedInputStream stream(&array);
  stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
  stream.SetRecursionLimit(kRecursionLimit);
  onnx::ModelProto model;
  const bool is_parsed = model.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
  if (!is_parsed) return Failure(WhatFile(bytes));
  if (!model.has_graph()) return Failure("the file is no ONNX model: it holds no graph");
  return model;
}

// What the file says of tensors that its nodes make.
std::map<std::string, ValueInfo> KnownTypes(const onnx::GraphProto& graph) {
  std::map<std::string, ValueInfo> known;
  for (const auto* values : {&graph.value_info(), &graph.output()}) {
    for (const onnx::ValueInfoProto& value : *values) {
      const auto info = ValueInfoFromOnnx(value);
      if (info.ok()) known.emplace(value.name(), *info);
    }
  }
  return known;
}

template <typename Repeated, typename Predicate>
void EraseIf(Repeated& values, Predicate predicate) {
  values.erase(std::remove_if(values.begin(), values.end(), predicate), values.end());
}

// Leaves of the file's graph what is in `cut`.
void KeepPart(const Graph& cut, onnx::GraphProto& graph) {
  const std::set<std::string> made = MadeTensors(cut);
  EraseIf(*graph.mutable_node(), [&](const onnx::NodeProto& node) {
    return std::ranges::none_of(node.output(),
                                [&](const auto& output) { return made.contains(output); });
  });
  EraseIf(*graph.mutable_initializer(),
          [&](const auto& constant) { return !cut.initializers.contains(constant.name()); });
  EraseIf(*graph.mutable_value_info(),
          [&](const auto& value) { return !made.contains(value.name()); });
  const auto declare = [](const std::vector<ValueInfo>& wanted, auto& values) {
    const auto declared = values;
    values.Clear();
    for (const ValueInfo& value : wanted) {
      const auto own = std::ranges::find_if(
          declared, [&](const auto& each) { return each.name() == value.name; });
      if (own != declared.end()) {
        *values.Add() = *own;
      } else {
        ToOnnx(value, *values.Add());
      }
    }
  };
  declare(cut.inputs, *graph.mutable_input());
  declare(cut.outputs, *graph.mutable_output());
}

Result<Graph> ReadModel(const std::filesystem::path& path, const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  ACC_ASSIGN_OR_RETURN(onnx::ModelProto model, Parse(file.bytes()));
  ACC_ASSIGN_OR_RETURN(const bool has_functions, InlineFunctions(model));
  ACC_ASSIGN_OR_RETURN(Graph graph, GraphReader(path).Read(model.graph()));
  graph.has_inlined_functions = has_functions;
  ACC_RETURN_IF_ERROR(ReadOpsets(model, graph));
  ACC_RETURN_IF_ERROR(CheckArity(graph));
  ACC_ASSIGN_OR_RETURN(const Cut cut, CutAt(graph, ends, KnownTypes(model.graph())));
  ACC_RETURN_IF_ERROR(CheckEnds(graph, cut.at));
  graph.ir_version = std::max<std::int64_t>(model.ir_version(), kMinIrVersion);
  return graph;
}

}  // namespace

Result<Graph> ReadOnnx(const std::filesystem::path& path, const Ends& ends) {
  Result<Graph> graph = ReadModel(path, ends);
  if (graph.ok()) return graph;
  return graph.status().WithContext(fmt::format("cannot read the model '{}'", path.string()));
}

Result<std::string> InlineOnnx(std::string_view model) {
  ACC_ASSIGN_OR_RETURN(onnx::ModelProto parsed, Parse(std::as_bytes(std::span(model))));
  ACC_RETURN_IF_ERROR(InlineFunctions(parsed).status());
  return parsed.SerializeAsString();
}

Result<std::string> CutOnnx(std::string_view model, const Graph& cut) {
  ACC_ASSIGN_OR_RETURN(onnx::ModelProto parsed, Parse(std::as_bytes(std::span(model))));
  ACC_RETURN_IF_ERROR(InlineFunctions(parsed).status());
  // Older files list every initializer as an input too, which the cut graph does not.
  parsed.set_ir_version(std::max<std::int64_t>(parsed.ir_version(), kMinIrVersion));
  KeepPart(cut, *parsed.mutable_graph());
  return parsed.SerializeAsString();
}

Result<Graph> ParseSubgraph(std::span<const std::byte> bytes) {
  constexpr std::string_view kNowhere = "/dev/null/subgraph";  // No external data can be there.
  ACC_ASSIGN_OR_RETURN(const onnx::ModelProto model, Parse(bytes));
  return GraphReader(kNowhere).ReadInner(model.graph());
}

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
// The graph that every stage works on, with ONNX semantics: operators, attributes and broadcasting
// mean what the ONNX standard says for the opset versions in `opsets`. Readers of other formats
// translate into it. It holds no run-time state and knows no file format.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/status.h"
#include "tensor/element_type.h"
#include "tensor/encoding.h"
#include "tensor/layout.h"
#include "tensor/shape.h"
#include "tensor/tensor.h"
#include "tensor/value_info.h"

namespace acc::model {

struct Graph;

// The domain of operators that a reader of another format has no translation for, under the file's
// own type. Conversion refuses those that the outputs need, all at once; a model whose outputs lie
// before them converts.
inline constexpr std::string_view kUntranslatedDomain = "untranslated";

using Attribute =
    std::variant<std::int64_t, float, std::string, Tensor, std::shared_ptr<const Graph>,
                 std::vector<std::int64_t>, std::vector<float>, std::vector<std::string>,
                 std::vector<Tensor>, std::vector<std::shared_ptr<const Graph>>>;

// One operator. An empty input or output name is an optional one left out.
struct Node {
  std::string name;
  std::string op_type;
  std::string domain;  // Empty for the standard's own operators.
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, Attribute> attributes;

  // The attribute as T, or `fallback` where it is absent or of another type.
  template <typename T>
  T Get(std::string_view attribute, T fallback) const {
    const auto found = attributes.find(std::string(attribute));
    if (found == attributes.end()) return fallback;
    const T* value = std::get_if<T>(&found->second);
    return value != nullptr ? *value : fallback;
  }
};

// A tensor, not a constant, of a file in another format than ONNX, or one that an ONNX file
// quantizes, as the reader knows it.
struct SourceTensor {
  ElementType type = ElementType::kUndefined;  // The file's own; quantized ones are float32 here.
  AxisOrder held = AxisOrder::kSource;         // How the graph holds it: kSource or kChannelFirst.
  // How the file quantizes it; the axis is one of the graph's.
  std::optional<TensorEncoding> encoding = {};
};

// What became of the quantization that an ONNX file holds as operators.
struct OnnxQuantization {
  bool is_read = false;  // False for a file without any.
  // Tensors of the file that the graph lacks, to the reason.
  std::map<std::string, std::string> removed = {};
  // Tensors of the graph that the file lacks.
  std::set<std::string> added = {};
  // Inputs of the graph, to the file's tensor that has the same value once it is quantized.
  std::map<std::string, std::string> rounded_inputs = {};
  // Tensors whose range begins at zero, so that the file could leave out a Relu before them.
  std::set<std::string> clamped = {};
  // What has no encodings in the file or could not be kept, one sentence each.
  std::vector<std::string> notes = {};
};

struct Graph {
  std::string name;
  std::int64_t ir_version = 8;
  std::map<std::string, std::int64_t> opsets;  // Domain to version; the standard's domain is "".
  std::vector<ValueInfo> inputs;               // Without those that have an initializer.
  std::vector<ValueInfo> outputs;
  std::map<std::string, Tensor> initializers;
  std::vector<Node> nodes;  // Topologically sorted.
  // The file calls model-local functions, which are inlined here: what their nodes make has names
  // that the file does not know.
  bool has_inlined_functions = false;
  // Of a graph that was translated from another format, by name: the tensors that the file has.
  // Others are the translation's own. Of an ONNX file: those alone that the file quantizes.
  std::map<std::string, SourceTensor> source_tensors;
  // How the file quantizes its constants, by initializer; axes are the graph's.
  std::map<std::string, TensorEncoding> source_params;
  OnnxQuantization onnx_quantization;

  // The version of a domain, the standard's unless another is named; 1 where the graph says none.
  std::int64_t Opset(const std::string& domain = "") const;

  // Whether it comes from another format than ONNX.
  bool IsTranslated() const { return !source_tensors.empty() && !onnx_quantization.is_read; }
};

// Which node makes a tensor and which ones read it, by index into graph.nodes. Valid as long as the
// graph does not change. Reads by subgraphs of a node count as reads by that node; a node that
// reads a tensor twice is listed once.
class Connections {
 public:
  explicit Connections(const Graph& graph);

  // The index of the node that makes `tensor`, or -1 for inputs, initializers and unknown names.
  int Producer(std::string_view tensor) const;
  const std::vector<int>& Consumers(std::string_view tensor) const;

 private:
  std::unordered_map<std::string, int> producer_;
  std::unordered_map<std::string, std::vector<int>> consumers_;
};

// The names of the graph's inputs and outputs.
std::set<std::string> InputNames(const Graph& graph);
std::set<std::string> OutputNames(const Graph& graph);

bool IsGraphOutput(const Graph& graph, std::string_view tensor);
bool IsGraphInput(const Graph& graph, std::string_view tensor);

// The subgraphs among a node's attributes, in the order of the attributes' names.
std::vector<std::shared_ptr<const Graph>> Subgraphs(const Node& node);

// Names that a node's subgraphs take from the graphs around them, each once.
std::vector<std::string> OuterReads(const Node& node);

// Sorts the nodes topologically, keeping the order of independent ones. Fails for a cycle, for a
// node that reads a tensor nobody makes and for a tensor made twice, naming node and tensor.
Status SortNodes(Graph& graph);

// The same for a subgraph, whose nodes may also read tensors of the graphs around it.
Status SortSubgraphNodes(Graph& graph);

// Fails for a tensor or node, subgraphs included, whose name holds a NUL: runtimes end names there,
// so that nobody could find what such a name stands for. Any other byte may be part of a name.
Status CheckNames(const Graph& graph);

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "convert/float32.h"
#include "convert/state.h"
#include "model/onnx/onnx_format.h"

namespace acc::convert {
namespace {

using model::Attribute;
using model::Graph;
using model::Node;

// An attribute that holds the number of an element type.
struct TypeAttribute {
  std::string_view op_type;
  std::string_view attribute;
};

constexpr std::array kTypeAttributes = {
    TypeAttribute{"Attention", "softmax_precision"},
    TypeAttribute{"Bernoulli", "dtype"},
    TypeAttribute{"BlackmanWindow", "output_datatype"},
    TypeAttribute{"Cast", "to"},
    TypeAttribute{"DequantizeLinear", "output_dtype"},
    TypeAttribute{"EyeLike", "dtype"},
    TypeAttribute{"GroupNormalization", "stash_type"},
    TypeAttribute{"HammingWindow", "output_datatype"},
    TypeAttribute{"HannWindow", "output_datatype"},
    TypeAttribute{"LayerNormalization", "stash_type"},
    TypeAttribute{"MelWeightMatrix", "output_datatype"},
    TypeAttribute{"QuantizeLinear", "precision"},
    TypeAttribute{"RandomNormal", "dtype"},
    TypeAttribute{"RandomNormalLike", "dtype"},
    TypeAttribute{"RandomUniform", "dtype"},
    TypeAttribute{"RandomUniformLike", "dtype"},
    TypeAttribute{"RMSNormalization", "stash_type"},
    TypeAttribute{"SequenceEmpty", "dtype"},
    TypeAttribute{"SimplifiedLayerNormalization", "stash_type"},
};

float ClampedToFloat32(double value) {
  if (!std::isfinite(value)) return static_cast<float>(value);
  constexpr double kMax = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(value, -kMax, kMax));
}

// Changes graphs from the outermost inwards and remembers what it met.
class Float32Maker {
 public:
  explicit Float32Maker(std::set<ElementType>& met) : met_(met) {}

  Status Change(Graph& graph) {
    for (ValueInfo& input : graph.inputs) Change(input);
    for (ValueInfo& output : graph.outputs) Change(output);
    for (auto& [name, tensor] : graph.initializers) ACC_RETURN_IF_ERROR(Change(tensor));
    for (Node& node : graph.nodes) ACC_RETURN_IF_ERROR(Change(node));
    return OkStatus();
  }

 private:
  bool Meet(ElementType type) {
    if (!IsOtherFloat(type)) return false;
    met_.insert(type);
    return true;
  }

  void Change(ValueInfo& info) {
    if (Meet(info.type)) info.type = ElementType::kFloat32;
  }

  Status Change(Tensor& tensor) {
    if (!Meet(tensor.type())) return OkStatus();
    ACC_ASSIGN_OR_RETURN(tensor, AsFloat32(tensor));
    return OkStatus();
  }

  // Subgraphs are shared between copies of a graph, so that a change is made to a copy.
  Status Change(std::shared_ptr<const Graph>& subgraph) {
    auto changed = std::make_shared<Graph>(*subgraph);
    ACC_RETURN_IF_ERROR(Change(*changed));
    subgraph = std::move(changed);
    return OkStatus();
  }

  template <typename T>
  Status ChangeAll(std::vector<T>& values) {
    for (T& value : values) ACC_RETURN_IF_ERROR(Change(value));
    return OkStatus();
  }

  Status Change(Attribute& attribute) {
    if (auto* tensor = std::get_if<Tensor>(&attribute)) return Change(*tensor);
    if (auto* tensors = std::get_if<std::vector<Tensor>>(&attribute)) return ChangeAll(*tensors);
    if (auto* graph = std::get_if<std::shared_ptr<const Graph>>(&attribute)) return Change(*graph);
    using Graphs = std::vector<std::shared_ptr<const Graph>>;
    if (auto* graphs = std::get_if<Graphs>(&attribute)) return ChangeAll(*graphs);
    return OkStatus();
  }

  Status Change(Node& node) {
    for (auto& [name, attribute] : node.attributes) {
      ACC_RETURN_IF_ERROR(Change(attribute));
      if (auto* number = std::get_if<std::int64_t>(&attribute)) ChangeType(node, name, *number);
    }
    return OkStatus();
  }

  void ChangeType(const Node& node, std::string_view attribute, std::int64_t& number) {
    const bool names_type = std::ranges::any_of(kTypeAttributes, [&](const TypeAttribute& row) {
      return row.op_type == node.op_type && row.attribute == attribute;
    });
    if (!names_type) return;
    for (const ElementType type :
         {ElementType::kFloat16, ElementType::kBfloat16, ElementType::kFloat64}) {
      if (number != model::OnnxTypeNumber(type)) continue;
      Meet(type);
      number = model::OnnxTypeNumber(ElementType::kFloat32);
      return;
    }
  }

  std::set<ElementType>& met_;
};

}  // namespace

bool IsOtherFloat(ElementType type) { return IsFloat(type) && type != ElementType::kFloat32; }

Result<Tensor> AsFloat32(const Tensor& tensor) {
  if (!IsOtherFloat(tensor.type())) return tensor;
  if (tensor.type() == ElementType::kFloat64) {
    const auto doubles = tensor.values<double>();
    std::vector<float> floats(doubles.size());
    std::ranges::transform(doubles, floats.begin(), &ClampedToFloat32);
    return Tensor::FromFloats(tensor.dims(), floats);
  }
  ACC_ASSIGN_OR_RETURN(const std::vector<float> floats, ToFloats(tensor.view()));
  return Tensor::FromFloats(tensor.dims(), floats);
}

Status MakeFloat32(State& state) {
  ACC_RETURN_IF_ERROR(Float32Maker(state.made_float32).Change(state.graph));
  if (!state.made_float32.empty()) state.TypesMayImprove();
  return OkStatus();
}

}  // namespace acc::convert

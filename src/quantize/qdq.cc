// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/qdq.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "model/unique_names.h"
#include "quantize/encoding.h"
#include "quantize/operators.h"

namespace acc::quantize {
namespace {

// ONNX Runtime's own domain takes 16-bit codes whatever the model's opset; the standard's operators
// do so from opset 21 on only.
constexpr std::string_view kQdqDomain = "com.microsoft";
constexpr std::int64_t kQdqDomainVersion = 1;

template <typename T>
Tensor ZeroPoints(const Shape& dims, ElementType type, std::span<const std::int64_t> zeros) {
  std::vector<T> stored(zeros.size());
  std::transform(zeros.begin(), zeros.end(), stored.begin(),
                 [](std::int64_t zero) { return static_cast<T>(zero); });
  return Tensor::FromValues<T>(type, dims, stored);
}

Tensor ZeroPoints(const Shape& dims, ElementType type, std::span<const std::int64_t> zeros) {
  switch (type) {
    case ElementType::kInt8: return ZeroPoints<std::int8_t>(dims, type, zeros);
    case ElementType::kUint8: return ZeroPoints<std::uint8_t>(dims, type, zeros);
    case ElementType::kInt16: return ZeroPoints<std::int16_t>(dims, type, zeros);
    case ElementType::kUint16: return ZeroPoints<std::uint16_t>(dims, type, zeros);
    default: return ZeroPoints<std::int32_t>(dims, ElementType::kInt32, zeros);
  }
}

class Inserter {
 public:
  Inserter(const model::Graph& graph, const std::map<std::string, TensorEncoding>& activations)
      : source_(graph), activations_(activations) {
    for (const ValueInfo& input : graph.inputs) names_.Take(input.name);
    for (const auto& [name, value] : graph.initializers) names_.Take(name);
    for (const ValueInfo& output : graph.outputs) kept_.insert(output.name);
    for (const model::Node& node : graph.nodes) {
      for (const std::string& output : node.outputs) names_.Take(output);
      const std::vector<std::string> outer = model::OuterReads(node);
      kept_.insert(outer.begin(), outer.end());
    }
    result_.graph = graph;
    result_.graph.nodes.clear();
    result_.graph.opsets.insert_or_assign(std::string(kQdqDomain), kQdqDomainVersion);
  }

  QdqGraph Insert(const std::vector<std::string>& stored, std::span<const QuantizedParam> params) {
    stored_.insert(stored.begin(), stored.end());
    for (const QuantizedParam& param : params) InsertParam(param);
    for (const ValueInfo& input : source_.inputs) {
      if (stored_.contains(input.name)) InsertPair(input.name, input.name);
    }
    for (std::size_t node = 0; node < source_.nodes.size(); ++node) InsertNode(node);
    RemoveUnread(params);
    return std::move(result_);
  }

 private:
  // The scale and zero point of `encoding` as initializers; their names.
  std::vector<std::string> AddScale(const std::string& tensor, const TensorEncoding& encoding,
                                    Storage (*storage)(const Encoding&)) {
    std::vector<float> scales;
    std::vector<std::int64_t> zeros;
    for (const Encoding& channel : encoding.channels) {
      scales.push_back(static_cast<float>(channel.scale));
      zeros.push_back(storage(channel).zero_point);
    }
    const Shape dims =
        encoding.per_channel() ? Shape{static_cast<std::int64_t>(scales.size())} : Shape{};
    const std::string scale = names_.Take(tensor + "_scale");
    const std::string zero = names_.Take(tensor + "_zero_point");
    result_.graph.initializers[scale] = Tensor::FromFloats(dims, scales);
    result_.graph.initializers[zero] =
        ZeroPoints(dims, storage(encoding.channels.front()).type, zeros);
    return {scale, zero};
  }

  void AddNode(std::string_view op_type, const std::string& from,
               const std::vector<std::string>& scale, const std::string& to,
               std::optional<int> axis) {
    model::Node node;
    node.name = names_.Take(fmt::format("{}_{}", to, op_type));
    node.op_type = op_type;
    node.domain = kQdqDomain;
    node.inputs = {from, scale[0], scale[1]};
    node.outputs = {to};
    if (axis) node.attributes["axis"] = std::int64_t{*axis};
    result_.graph.nodes.push_back(std::move(node));
  }

  void InsertParam(const QuantizedParam& param) {
    const std::string codes = names_.Take(param.tensor + "_quantized");
    const std::string values = names_.Take(param.tensor + "_dequantized");
    result_.graph.initializers[codes] = param.codes;
    AddNode("DequantizeLinear", codes, AddScale(param.tensor, param.stored, &ParamStorage), values,
            param.stored.axis);
    for (const ParamRead& read : param.reads) constant_for_[{read.node, read.input}] = values;
  }

  // `raw` is what the node makes, `tensor` the name that it has in the float graph.
  void InsertPair(const std::string& raw, const std::string& tensor) {
    const TensorEncoding& encoding = activations_.at(tensor);
    const std::vector<std::string> scale = AddScale(tensor, encoding, &ActivationStorage);
    const std::string codes = names_.Take(tensor + "_quantized");
    const std::string values = raw == tensor ? names_.Take(tensor + "_dequantized") : tensor;
    AddNode("QuantizeLinear", raw, scale, codes, std::nullopt);
    AddNode("DequantizeLinear", codes, scale, values, std::nullopt);
    result_.quantized_name[tensor] = codes;
    data_[tensor] = values;
    raw_[tensor] = raw;
  }

  void InsertNode(std::size_t index) {
    model::Node node = source_.nodes[index];
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      node.inputs[input] = NameFor(index, input);
    }
    std::vector<std::pair<std::string, std::string>> pairs;
    for (std::string& output : node.outputs) {
      if (!stored_.contains(output)) continue;
      const std::string tensor = output;
      if (kept_.contains(tensor)) output = names_.Take(tensor + "_float");
      pairs.emplace_back(output, tensor);
    }
    result_.graph.nodes.push_back(std::move(node));
    for (const auto& [raw, tensor] : pairs) InsertPair(raw, tensor);
  }

  const std::string& NameFor(std::size_t index, std::size_t input) const {
    const model::Node& node = source_.nodes[index];
    const std::string& name = node.inputs[input];
    const auto constant = constant_for_.find({index, input});
    if (constant != constant_for_.end()) return constant->second;
    const auto& names = RoleOf(node, input) == InputRole::kPlain ? raw_ : data_;
    const auto found = names.find(name);
    return found != names.end() ? found->second : name;
  }

  void RemoveUnread(std::span<const QuantizedParam> params) {
    std::set<std::string> read;
    for (const ValueInfo& output : result_.graph.outputs) read.insert(output.name);
    for (const model::Node& node : result_.graph.nodes) {
      read.insert(node.inputs.begin(), node.inputs.end());
      const std::vector<std::string> outer = model::OuterReads(node);
      read.insert(outer.begin(), outer.end());
    }
    for (const QuantizedParam& param : params) {
      if (!read.contains(param.tensor)) result_.graph.initializers.erase(param.tensor);
    }
  }

  const model::Graph& source_;
  const std::map<std::string, TensorEncoding>& activations_;
  QdqGraph result_;
  model::UniqueNames names_;
  std::set<std::string> stored_;
  std::set<std::string> kept_;  // Names that must go on to mean the stored tensor.
  std::map<std::pair<std::size_t, std::size_t>, std::string> constant_for_;
  std::map<std::string, std::string> data_;
  std::map<std::string, std::string> raw_;
};

}  // namespace

QdqGraph InsertQdq(const model::Graph& graph, const std::vector<std::string>& stored,
                   const std::map<std::string, TensorEncoding>& activations,
                   std::span<const QuantizedParam> params) {
  return Inserter(graph, activations).Insert(stored, params);
}

}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/dynamic_quantization.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

namespace acc::model {
namespace {

class Finder {
 public:
  Finder(const Graph& graph, const CodeTensors& codes)
      : graph_(graph), codes_(codes), connections_(graph) {}

  std::map<std::size_t, DynamicProduct> Find() const {
    std::map<std::size_t, DynamicProduct> found;
    for (std::size_t index = 0; index < graph_.nodes.size(); ++index) {
      auto product = ProductOf(graph_.nodes[index]);
      if (product) found.emplace(index, *std::move(product));
    }
    return found;
  }

 private:
  std::optional<DynamicProduct> ProductOf(const Node& node) const {
    if (node.outputs.size() != 1) return std::nullopt;
    if (node.op_type == "Mul" && node.inputs.size() == 2) {
      auto product = Scaled(node.inputs[0], node.inputs[1]);
      return product ? product : Scaled(node.inputs[1], node.inputs[0]);
    }
    if (node.domain != "com.microsoft") return std::nullopt;
    const auto at = [&](std::size_t place) {
      return place < node.inputs.size() ? node.inputs[place] : std::string();
    };
    if (node.op_type == "DynamicQuantizeMatMul") {
      DynamicProduct product{.op_type = "MatMul", .input = at(0), .bias = at(4)};
      return WithWeight(std::move(product), at(1), at(2), at(3));
    }
    if (node.op_type != "MatMulIntegerToFloat") return std::nullopt;
    const Node* quantize = Maker(at(0), "DynamicQuantizeLinear");
    if (quantize == nullptr || at(2) != quantize->outputs[1]) return std::nullopt;
    DynamicProduct product{.op_type = "MatMul", .input = quantize->inputs[0], .bias = at(6)};
    return WithWeight(std::move(product), at(1), at(3), at(5));
  }

  const Node* Maker(const std::string& tensor, std::string_view op_type) const {
    const int maker = connections_.Producer(tensor);
    if (maker < 0) return nullptr;
    const Node& node = graph_.nodes[static_cast<std::size_t>(maker)];
    const bool fits = node.op_type == op_type && !node.inputs.empty() &&
                      (op_type != "DynamicQuantizeLinear" || node.outputs.size() == 3);
    return fits ? &node : nullptr;
  }

  // `sums`, a Cast of an integer product, times `scale`.
  std::optional<DynamicProduct> Scaled(const std::string& sums, const std::string& scale) const {
    const Node* cast = Maker(sums, "Cast");
    if (cast == nullptr) return std::nullopt;
    for (const auto& [integer, real] :
         {std::pair("ConvInteger", "Conv"), std::pair("MatMulInteger", "MatMul")}) {
      const Node* product = Maker(cast->inputs[0], integer);
      if (product != nullptr && product->inputs.size() >= 2) {
        return OfIntegers(*product, real, scale);
      }
    }
    return std::nullopt;
  }

  std::optional<DynamicProduct> OfIntegers(const Node& node, const std::string& op_type,
                                           const std::string& scale) const {
    const Node* input = Maker(node.inputs[0], "DynamicQuantizeLinear");
    const Node* scales = Maker(scale, "Mul");
    if (input == nullptr || scales == nullptr || scales->inputs.size() != 2) return std::nullopt;
    const bool is_first = scales->inputs[0] == input->outputs[1];
    if (!is_first && scales->inputs[1] != input->outputs[1]) return std::nullopt;
    const std::string weight_scale = scales->inputs[is_first ? 1 : 0];
    DynamicProduct product{
        .op_type = op_type, .attributes = node.attributes, .input = input->inputs[0]};
    const std::string zero_point = node.inputs.size() > 3 ? node.inputs[3] : "";
    return WithWeight(std::move(product), node.inputs[1], weight_scale, zero_point);
  }

  std::optional<DynamicProduct> WithWeight(DynamicProduct product, const std::string& weight,
                                           const std::string& scale,
                                           const std::string& zero_point) const {
    const Node* quantize = Maker(weight, "DynamicQuantizeLinear");
    if (quantize != nullptr && quantize->outputs[1] == scale) {
      product.weight = quantize->inputs[0];
      return product;
    }
    const Tensor* constant = codes_.Constant(weight);
    if (constant == nullptr) return std::nullopt;
    product.scales = codes_.Scales(scale, zero_point, constant->type());
    // The scales of channels of a Conv have dims that the sums' broadcasting asks for.
    const bool is_conv = product.op_type == "Conv";
    if (!product.scales || (is_conv && product.scales->scale->size() != 1)) return std::nullopt;
    product.scales->axis = static_cast<std::int64_t>(constant->dims().size()) - 1;
    product.weight = weight;
    return product;
  }

  const Graph& graph_;
  const CodeTensors& codes_;
  const Connections connections_;
};

// Drops from the end on: what a dropped node alone read is read by nobody any more.
class PartDropper {
 public:
  PartDropper(const Graph& source, Graph& graph) : source_reads_(source), graph_(graph) {
    for (const ValueInfo& output : graph.outputs) ++reads_[output.name];
    for (const Node& node : graph.nodes) {
      for (const std::string& input : node.inputs) ++reads_[input];
      for (const std::string& input : OuterReads(node)) ++reads_[input];
    }
  }

  void Drop() {
    std::set<const Node*> dropped;
    for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
      if (!IsUnreadPart(*node)) continue;
      dropped.insert(&*node);
      for (const std::string& input : node->inputs) --reads_[input];
      for (const std::string& output : node->outputs) {
        graph_.onnx_quantization.removed.emplace(
            output, "part of a dynamic quantization, which the target does not do");
      }
    }
    std::erase_if(graph_.nodes, [&](const Node& node) { return dropped.contains(&node); });
  }

 private:
  // What the file itself computes for nothing stays.
  bool IsUnreadPart(const Node& node) const {
    constexpr std::array kParts = {"Cast", "ConvInteger", "DynamicQuantizeLinear", "MatMulInteger",
                                   "Mul"};
    if (std::ranges::find(kParts, node.op_type) == kParts.end()) return false;
    bool was_read = false;
    for (const std::string& output : node.outputs) {
      const auto reads = reads_.find(output);
      if (reads != reads_.end() && reads->second > 0) return false;
      was_read = was_read || !source_reads_.Consumers(output).empty();
    }
    return was_read;
  }

  const Connections source_reads_;
  Graph& graph_;
  std::map<std::string, int> reads_;
};

}  // namespace

void DropDynamicParts(const Graph& source, Graph& graph) { PartDropper(source, graph).Drop(); }

std::map<std::size_t, DynamicProduct> DynamicProducts(const Graph& graph,
                                                      const CodeTensors& codes) {
  return Finder(graph, codes).Find();
}

}  // namespace acc::model

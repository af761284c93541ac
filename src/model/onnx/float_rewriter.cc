// SPDX-License-Identifier: BSD-3-Clause
// Codes are followed through the graph: from the first node that makes them, through those that
// only move them, to those that read them. A node that computes with codes is replaced by the
// standard's operator on real numbers, a mover moves real numbers, and the scales become the
// encodings of the tensors between. Where some reader needs the integers themselves (an output of
// the graph, an operator without a form on real numbers), they are made again beside the real
// numbers.
#include "model/onnx/float_rewriter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "model/onnx/code_tensors.h"
#include "model/onnx/dynamic_quantization.h"
#include "model/unique_names.h"

namespace acc::model {
namespace {

bool IsActivationEncoding(const TensorEncoding& encoding) {
  const int bitwidth = encoding.channels.front().bitwidth;
  return encoding.channels.size() == 1 && (bitwidth == 8 || bitwidth == 16);
}

// What a range from zero on cuts off below them may be a Relu that the file leaves out.
bool MayBeNegative(std::string_view op_type) {
  constexpr std::array kTypes = {"Add",   "BatchNormalization", "Conv", "ConvTranspose", "Gemm",
                                 "MatMul"};
  return std::ranges::find(kTypes, op_type) != kTypes.end();
}

class Rewriter {
 public:
  explicit Rewriter(const Graph& source)
      : source_(source), codes_(source), products_(DynamicProducts(source, codes_)) {
    result_ = source;
    result_.nodes.clear();
    for (const ValueInfo& output : source.outputs) fixed_.insert(output.name);
    for (const ValueInfo& input : source.inputs) names_.Take(input.name);
    for (const auto& [name, value] : source.initializers) names_.Take(name);
    for (const Node& node : source.nodes) {
      for (const std::string& output : node.outputs) names_.Take(output);
      node_names_.Take(node.name);
      for (const std::string& read : OuterReads(node)) fixed_.insert(read);
    }
    CollectReaders();
  }

  Graph Rewrite() {
    for (std::size_t index = 0; index < source_.nodes.size(); ++index) Visit(index);
    Rename();
    if (!products_.empty()) DropDynamicParts(source_, result_);
    Conclude();
    return std::move(result_);
  }

 private:
  // Who reads codes as codes, and who needs the integers themselves.
  void CollectReaders() {
    for (const Node& node : source_.nodes) {
      if (IsDequantizeLinear(node) && Understands(node, 0)) {
        dequantized_[node.inputs[0]].push_back(node.outputs[0]);
        continue;
      }
      const auto form = FloatFormOf(node, codes_.opset());
      const bool is_float_form = form && HasFloatForm(*form);
      const auto moved = is_float_form ? std::nullopt : Moved(node);
      for (std::size_t input = 0; input < node.inputs.size(); ++input) {
        const bool is_moved = moved && std::ranges::count(moved->inputs, input) > 0;
        if (!is_float_form && !is_moved) needed_.insert(node.inputs[input]);
      }
    }
    needed_.insert(fixed_.begin(), fixed_.end());
  }

  bool Understands(const Node& node, std::size_t input) const {
    const auto scales = codes_.LinearScales(node);
    if (!scales) return false;
    const CodeScales* codes = codes_.Find(node.inputs[input]);
    return codes_.Constant(node.inputs[input]) != nullptr ||
           (codes != nullptr && HaveEqualScales(*scales, *codes));
  }

  bool HasFloatForm(const FloatForm& form) const {
    if (!form.output_scale.empty() && !codes_.OutputScales(form)) return false;
    return std::ranges::all_of(form.inputs, [&](const CodeInput& input) {
      if (input.is_bias) return codes_.Constant(input.tensor) != nullptr;
      if (input.scale.empty()) return true;
      const auto scales = codes_.InputScales(form, input, 0);
      const CodeScales* codes = codes_.Find(input.tensor);
      return scales && (codes_.Constant(input.tensor) != nullptr ||
                        (codes != nullptr && HaveEqualScales(*scales, *codes)));
    });
  }

  // Of a mover all of whose inputs and outputs hold codes of one encoding.
  std::optional<MovedCodes> Moved(const Node& node) const {
    auto moved = MovedCodesOf(node);
    const CodeScales* first = moved ? codes_.Find(node.inputs[0]) : nullptr;
    if (first == nullptr) return std::nullopt;
    const auto agrees = [&](const std::string& tensor) {
      const CodeScales* codes = codes_.Find(tensor);
      return codes != nullptr && (codes == first || HaveEqualScales(*codes, *first));
    };
    for (const std::size_t input : moved->inputs) {
      if (!agrees(node.inputs[input])) return std::nullopt;
    }
    for (const std::size_t output : moved->outputs) {
      if (!agrees(node.outputs[output])) return std::nullopt;
    }
    return moved;
  }

  void Visit(std::size_t index) {
    const Node& node = source_.nodes[index];
    if (const auto product = products_.find(index); product != products_.end()) {
      return AddProduct(node, product->second);
    }
    if (IsQuantizeLinear(node) && codes_.LinearScales(node)) return VisitQuantize(node);
    if (IsDequantizeLinear(node) && Understands(node, 0)) return VisitDequantize(node);
    const auto form = FloatFormOf(node, codes_.opset());
    if (form && HasFloatForm(*form)) return AddFloatForm(node, *form);
    if (const auto moved = Moved(node)) return AddMover(node, *moved);
    result_.nodes.push_back(node);
  }

  // ---- Names ----

  // Under which the real numbers of codes go on.
  std::string RealName(const std::string& codes) {
    const auto readers = dequantized_.find(codes);
    if (readers != dequantized_.end()) {
      const auto fixed = std::ranges::find_if(
          readers->second, [&](const std::string& name) { return fixed_.contains(name); });
      return fixed != readers->second.end() ? *fixed : readers->second.front();
    }
    return needed_.contains(codes) ? Added(codes + "_dequantized") : codes;
  }

  std::string Added(std::string_view wish) {
    std::string name = names_.Take(wish);
    result_.onnx_quantization.added.insert(name);
    return name;
  }

  std::string Resolve(std::string tensor) const {
    for (auto next = renamed_.find(tensor); next != renamed_.end(); next = renamed_.find(tensor)) {
      tensor = next->second;
    }
    return tensor;
  }

  void Replace(const std::string& tensor, const std::string& by, std::string reason) {
    if (tensor == by) return;
    renamed_.emplace(tensor, by);
    Remove(tensor, std::move(reason));
  }

  void Remove(const std::string& tensor, std::string reason) {
    result_.onnx_quantization.removed.emplace(tensor, std::move(reason));
  }

  // ---- Values ----

  void AddNode(const std::string& op_type, std::vector<std::string> inputs,
               const std::string& output) {
    Node node;
    node.name = node_names_.Take(output);
    node.op_type = op_type;
    node.inputs = std::move(inputs);
    node.outputs = {output};
    result_.nodes.push_back(std::move(node));
  }

  void Encode(const std::string& tensor, const CodeScales& scales) {
    const auto encoding = EncodingOf(scales, std::nullopt);
    SourceTensor& source = result_.source_tensors[tensor];
    source.type = ElementType::kFloat32;
    if (!encoding || !IsActivationEncoding(*encoding)) {
      ++unfit_;
      return;
    }
    source.encoding = encoding;
    scales_.insert_or_assign(tensor, scales);
  }

  // The integers that a reader needs, of real numbers.
  void KeepCodes(const std::string& codes, const std::string& real, Node quantize) {
    if (!needed_.contains(codes)) {
      if (real != codes) Remove(codes, fmt::format("holds the codes of '{}'", real));
      return;
    }
    if (const CodeScales* scales = codes_.Find(codes)) {
      const auto encoding = EncodingOf(*scales, std::nullopt);
      const bool is_known = encoding && IsActivationEncoding(*encoding);
      if (is_known) result_.source_tensors[codes] = {.type = scales->type, .encoding = encoding};
    }
    quantize.op_type = "QuantizeLinear";
    quantize.inputs[0] = real;
    quantize.outputs = {codes};
    result_.nodes.push_back(std::move(quantize));
  }

  // A constant's real numbers under `name`; false where the file's codes and scales do not fit.
  bool AddParam(const std::string& name, const Tensor& codes, const CodeScales& scales) {
    auto values = RealNumbers(codes, scales);
    if (!values.ok()) return false;
    result_.initializers.insert_or_assign(name, *std::move(values));
    const auto encoding = EncodingOf(scales, codes.dims().size());
    if (encoding) {
      result_.source_params.insert_or_assign(name, *encoding);
    } else if (scales.block_size != 0) {
      ++blockwise_;
    }
    return true;
  }

  // The real numbers of codes that some reader takes with `scales`.
  std::string RealOf(const std::string& codes, const CodeScales& scales) {
    if (const Tensor* constant = codes_.Constant(codes))
      return RealConstant(codes, *constant, scales);
    if (const auto known = real_.find(codes); known != real_.end()) return known->second;
    // Codes that come from an input or from what stays as it is.
    needed_.insert(codes);
    const std::string real = RealName(codes);
    Node node;
    node.name = node_names_.Take(real);
    node.op_type = "DequantizeLinear";
    node.inputs = {codes, NameOf(scales.scale, codes + "_scale")};
    if (scales.zero_point != nullptr) {
      node.inputs.push_back(NameOf(scales.zero_point, codes + "_zero_point"));
    }
    node.outputs = {real};
    result_.nodes.push_back(std::move(node));
    Encode(real, scales);
    return real_[codes] = real;
  }

  std::string RealConstant(const std::string& codes, const Tensor& constant,
                           const CodeScales& scales) {
    if (const auto known = real_.find(codes); known != real_.end()) {
      const auto there = scales_.find(known->second);
      if (there != scales_.end() && HaveEqualScales(there->second, scales)) return known->second;
    }
    const bool is_taken = needed_.contains(codes) || real_.contains(codes);
    std::string name = is_taken ? names_.Take(codes + "_dequantized") : codes;
    AddParam(name, constant, scales);
    scales_.insert_or_assign(name, scales);
    return real_[codes] = name;
  }

  std::string NameOf(const Tensor* constant, const std::string& wish) {
    for (const auto& [name, value] : result_.initializers) {
      if (value.bytes().data() == constant->bytes().data() && value.type() == constant->type()) {
        return name;
      }
    }
    std::string name = names_.Take(wish);
    result_.initializers.emplace(name, *constant);
    return name;
  }

  // ---- Operators ----

  void VisitQuantize(const Node& node) {
    const std::string& codes = node.outputs[0];
    const CodeScales scales = *codes_.LinearScales(node);
    const std::string from = Resolve(node.inputs[0]);
    const Tensor* constant = codes_.Constant(node.inputs[0]);
    const std::string real = constant != nullptr
                                 ? QuantizedConstant(codes, *constant, scales)
                                 : QuantizedActivation(node.inputs[0], from, codes, scales);
    real_[codes] = real;
    KeepCodes(codes, real, node);
  }

  // Its own numbers, which the target rounds to the same codes.
  std::string QuantizedConstant(const std::string& codes, const Tensor& constant,
                                const CodeScales& scales) {
    std::string name = RealName(codes);
    if (fixed_.contains(name)) name = names_.Take(name + "_value");
    result_.initializers.insert_or_assign(name, constant);
    const auto encoding = EncodingOf(scales, constant.dims().size());
    if (encoding) result_.source_params.insert_or_assign(name, *encoding);
    return name;
  }

  std::string QuantizedActivation(const std::string& written, const std::string& from,
                                  const std::string& codes, const CodeScales& scales) {
    const auto known = scales_.find(from);
    if (known != scales_.end()) {
      if (HaveEqualScales(known->second, scales)) return from;
      std::string real = RealName(codes);  // Another encoding of the same numbers.
      AddNode("Identity", {from}, real);
      Encode(real, scales);
      return real;
    }
    const bool is_input = IsGraphInput(source_, from);
    if (is_input || fixed_.contains(from)) {
      Encode(from, scales);
      if (is_input) {
        const auto reader = dequantized_.find(codes);
        result_.onnx_quantization.rounded_inputs[from] =
            reader == dequantized_.end() ? codes : reader->second.front();
      }
      return from;
    }
    std::string real = RealName(codes);
    Replace(from, real, fmt::format("'{}' is compared, which is this after quantization", real));
    if (written != from) Replace(written, real, "");
    Encode(real, scales);
    NoteClamp(real, from, scales);
    return real;
  }

  void NoteClamp(const std::string& tensor, const std::string& maker_output,
                 const CodeScales& scales) {
    const auto encoding = EncodingOf(scales, std::nullopt);
    if (!encoding || encoding->channels.size() != 1 || encoding->channels[0].offset != 0) return;
    const auto maker = std::ranges::find_if(result_.nodes, [&](const Node& node) {
      return std::ranges::count(node.outputs, maker_output) > 0;
    });
    if (maker != result_.nodes.end() && maker->domain.empty() && MayBeNegative(maker->op_type)) {
      result_.onnx_quantization.clamped.insert(tensor);
    }
  }

  void VisitDequantize(const Node& node) {
    const std::string& codes = node.inputs[0];
    const std::string& output = node.outputs[0];
    const CodeScales scales = *codes_.LinearScales(node);
    if (const Tensor* constant = codes_.Constant(codes)) {
      const bool is_fixed = fixed_.contains(output);
      const std::string name = is_fixed ? names_.Take(output + "_value") : output;
      if (!AddParam(name, *constant, scales)) {
        result_.nodes.push_back(node);
        return;
      }
      if (is_fixed) AddNode("Identity", {name}, output);
      return;
    }
    const std::string real = RealOf(codes, scales);
    if (real == output) return;
    if (!fixed_.contains(output)) {
      return Replace(output, real, fmt::format("same value as '{}'", real));
    }
    AddNode("Identity", {real}, output);
    if (!result_.initializers.contains(real)) Encode(output, scales);
  }

  void AddFloatForm(const Node& node, const FloatForm& form) {
    Node made;
    made.name = node.name;
    made.op_type = form.op_type;
    made.attributes = form.attributes;
    for (const CodeInput& input : form.inputs) made.inputs.push_back(RealInput(form, input));
    const std::string& output = node.outputs[0];
    const auto scales = codes_.OutputScales(form);
    if (!scales) {
      made.outputs = {output};
      result_.nodes.push_back(std::move(made));
      return;
    }
    const std::string real = RealName(output);
    made.outputs = {real};
    result_.nodes.push_back(std::move(made));
    real_[output] = real;
    Encode(real, *scales);
    NoteClamp(real, real, *scales);
    Node quantize;
    quantize.name = node_names_.Take(output);
    quantize.inputs = {real, form.output_scale};
    if (!form.output_zero_point.empty()) quantize.inputs.push_back(form.output_zero_point);
    KeepCodes(output, real, std::move(quantize));
  }

  std::string RealInput(const FloatForm& form, const CodeInput& input) {
    if (input.is_bias) return RealBias(form, input);
    if (input.scale.empty()) return input.tensor;
    const Tensor* constant = codes_.Constant(input.tensor);
    const std::size_t rank = constant == nullptr ? 0 : constant->dims().size();
    return RealOf(input.tensor, *codes_.InputScales(form, input, rank));
  }

  std::string RealBias(const FloatForm& form, const CodeInput& bias) {
    const Tensor* of_input = codes_.Constant(form.inputs[0].scale);
    const Tensor* of_weight = codes_.Constant(form.inputs[1].scale);
    auto scale = AccumulatorScale(*of_input, *of_weight);
    if (!scale.ok()) return bias.tensor;
    accumulator_scales_.push_back(std::make_unique<Tensor>(*std::move(scale)));
    const Tensor& codes = *codes_.Constant(bias.tensor);
    return RealConstant(bias.tensor, codes,
                        {.scale = accumulator_scales_.back().get(),
                         .zero_point = nullptr,
                         .type = codes.type(),
                         .axis = static_cast<std::int64_t>(codes.dims().size()) - 1});
  }

  void AddMover(const Node& node, const MovedCodes& moved) {
    Node made = node;
    const CodeScales scales = *codes_.Find(node.inputs[0]);
    for (const std::size_t input : moved.inputs) {
      made.inputs[input] = RealOf(node.inputs[input], scales);
    }
    for (const std::size_t output : moved.outputs) {
      made.outputs[output] = real_[node.outputs[output]] = RealName(node.outputs[output]);
    }
    result_.nodes.push_back(std::move(made));
    for (const std::size_t output : moved.outputs) {
      const std::string& codes = node.outputs[output];
      const std::string real = real_.at(codes);
      Encode(real, scales);
      Node quantize;
      quantize.name = node_names_.Take(codes);
      quantize.inputs = {real, NameOf(scales.scale, codes + "_scale")};
      if (scales.zero_point != nullptr) {
        quantize.inputs.push_back(NameOf(scales.zero_point, codes + "_zero_point"));
      }
      KeepCodes(codes, real, std::move(quantize));
    }
  }

  void AddProduct(const Node& node, const DynamicProduct& product) {
    std::string weight = product.weight;
    if (product.scales) weight = RealConstant(weight, *codes_.Constant(weight), *product.scales);
    Node made;
    made.name = node.name;
    made.op_type = product.op_type;
    made.attributes = product.attributes;
    made.inputs = {product.input, weight};
    made.outputs = node.outputs;
    ++dynamic_;
    if (product.bias.empty()) {
      result_.nodes.push_back(std::move(made));
      return;
    }
    const std::string sums = Added(node.outputs[0] + "_without_bias");
    made.outputs = {sums};
    result_.nodes.push_back(std::move(made));
    AddNode("Add", {sums, product.bias}, node.outputs[0]);
  }

  // ---- The end ----

  void Rename() {
    for (Node& node : result_.nodes) {
      for (std::string& input : node.inputs) input = Resolve(input);
      for (std::string& output : node.outputs) output = Resolve(output);
    }
  }

  void Conclude() {
    OnnxQuantization& told = result_.onnx_quantization;
    std::map<std::string, std::size_t> left;
    for (const Node& node : result_.nodes) {
      const bool computes_with_codes = node.op_type.starts_with("QLinear") ||
                                       node.op_type.ends_with("Integer") ||
                                       node.op_type.starts_with("DynamicQuantize");
      if (computes_with_codes) ++left[node.op_type];
    }
    told.is_read =
        !result_.source_tensors.empty() || !result_.source_params.empty() || dynamic_ > 0;
    if (dynamic_ > 0) {
      told.notes.push_back(fmt::format(
          "{} products of the model quantize their inputs dynamically, so that the file has no "
          "encodings of these: they are calibrated.",
          dynamic_));
    }
    if (blockwise_ > 0) {
      told.notes.push_back(fmt::format(
          "{} weights have a scale for each block: these encodings are not kept, the weights are "
          "quantized anew from the numbers that the file stands for.",
          blockwise_));
    }
    if (unfit_ > 0) {
      told.notes.push_back(
          fmt::format("{} tensors of the file have encodings that no activation can have (of "
                      "channels, or neither 8 nor 16 bits): they are calibrated.",
                      unfit_));
    }
    for (const auto& [op_type, count] : left) {
      told.notes.push_back(
          fmt::format("{} {} of the file stay as they are: they have no form in real numbers here.",
                      count, Printable(op_type)));
    }
  }

  const Graph& source_;
  const CodeTensors codes_;
  const std::map<std::size_t, DynamicProduct> products_;
  Graph result_;
  UniqueNames names_;
  UniqueNames node_names_;
  std::unordered_set<std::string> fixed_;   // Names that must keep their type and value.
  std::unordered_set<std::string> needed_;  // Codes that somebody reads as integers.
  std::unordered_map<std::string, std::vector<std::string>> dequantized_;
  std::unordered_map<std::string, std::string> real_;   // Codes to their real numbers.
  std::unordered_map<std::string, CodeScales> scales_;  // Of tensors of real numbers.
  std::unordered_map<std::string, std::string> renamed_;
  std::vector<std::unique_ptr<Tensor>> accumulator_scales_;
  std::size_t dynamic_ = 0;
  std::size_t blockwise_ = 0;
  std::size_t unfit_ = 0;
};

}  // namespace

Graph RewriteInFloat(const Graph& source) { return Rewriter(source).Rewrite(); }

}  // namespace acc::model

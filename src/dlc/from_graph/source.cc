// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "dlc/numbers.h"
#include "tensor/codes.h"

namespace acc::dlc {
namespace {

const TensorEncoding* IntegerEncoding(const std::map<std::string, TensorEncoding>& encodings,
                                      const std::string& tensor) {
  const auto found = encodings.find(tensor);
  const bool is_integer =
      found != encodings.end() && !found->second.is_float && !found->second.channels.empty();
  return is_integer ? &found->second : nullptr;
}

std::string WithDims(const std::string& name, const ValueInfo* info) {
  const bool has_dims = info != nullptr && info->has_rank;
  return fmt::format("'{}' ({})", Printable(name), has_dims ? ToText(info->dims) : "no shape");
}

std::string WithType(const std::string& name, const ValueInfo* info) {
  const bool is_text = info != nullptr && info->type == ElementType::kString;
  return fmt::format("'{}' ({})", Printable(name), is_text ? "strings" : "of unknown type");
}

std::string Listed(const std::vector<std::string>& tensors) {
  constexpr std::size_t kShown = 5;
  const auto shown = static_cast<std::ptrdiff_t>(std::min(tensors.size(), kShown));
  return Join(std::vector<std::string>(tensors.begin(), tensors.begin() + shown), ", ") +
         (tensors.size() > kShown ? ", …" : "");
}

// Finds the tensors that cannot be written, in the order of the graph.
class DimsCheck {
 public:
  explicit DimsCheck(const GraphToWrite& graph) : graph_(graph) {
    for (const ValueInfo& input : graph.graph.inputs) Check(input.name, false);
    for (const model::Node& node : graph.graph.nodes) {
      const bool may_be_scalar = OutputsFollowFromInputs(node);
      for (const std::string& output : node.outputs) Check(output, may_be_scalar);
    }
  }

  Status Finish() const {
    std::vector<std::string> reasons;
    if (!without_dims_.empty()) {
      reasons.push_back(fmt::format(
          "a DLC needs static dimensions, and {} tensors of the graph do not have them: {}; {}",
          without_dims_.size(), Listed(without_dims_),
          InputsAreStatic() ? "they depend on values: cut the graph before these"
                            : "give the dimensions of all inputs, or cut the graph before these"));
    }
    if (!without_numbers_.empty()) {
      reasons.push_back(fmt::format(
          "a DLC holds numbers, and {} tensors of the graph are none: {}; cut the graph "
          "before these",
          without_numbers_.size(), Listed(without_numbers_)));
    }
    return reasons.empty() ? OkStatus() : Failure(Join(reasons, "; "));
  }

 private:
  // Inference tells a scalar from a tensor of unknown dims only through what the node reads.
  void Check(const std::string& name, bool may_be_scalar) {
    if (name.empty()) return;
    const auto found = graph_.tensors.find(name);
    const ValueInfo* info = found != graph_.tensors.end() ? &found->second.info : nullptr;
    const bool has_type = info != nullptr && info->type != ElementType::kUndefined &&
                          info->type != ElementType::kString;
    const bool has_dims = info != nullptr && (info->has_rank ? ElementCount(info->dims).has_value()
                                                             : may_be_scalar && info->dims.empty());
    if (!has_type) {
      without_numbers_.push_back(WithType(name, info));
    } else if (!has_dims) {
      without_dims_.push_back(WithDims(name, info));
    } else {
      known_.insert(name);
    }
  }

  bool InputsAreStatic() const {
    return std::ranges::all_of(graph_.graph.inputs,
                               [&](const ValueInfo& input) { return known_.contains(input.name); });
  }

  bool OutputsFollowFromInputs(const model::Node& node) const {
    // Their second input is a shape or a list of axes.
    constexpr std::string_view kByValue[] = {"ConstantOfShape", "Expand",  "RandomNormal",
                                             "Reshape",         "Squeeze", "Unsqueeze"};
    const bool by_value = std::ranges::find(kByValue, node.op_type) != std::end(kByValue);
    if (!node.domain.empty() || !model::Subgraphs(node).empty()) return false;
    return std::ranges::all_of(node.inputs, [&](const std::string& input) {
      const bool is_constant = graph_.graph.initializers.contains(input);
      const bool is_shape = by_value && &input != &node.inputs.front();
      return input.empty() || is_constant || (known_.contains(input) && !is_shape);
    });
  }

  const GraphToWrite& graph_;
  std::set<std::string> known_;
  std::vector<std::string> without_dims_;
  std::vector<std::string> without_numbers_;
};

}  // namespace

bool HasInput(const model::Node& node, std::size_t input) {
  return input < node.inputs.size() && !node.inputs[input].empty();
}

bool HasOutput(const model::Node& node, std::size_t output) {
  return output < node.outputs.size() && !node.outputs[output].empty();
}

std::size_t AxisFromStart(std::int64_t axis, std::size_t rank) {
  const auto count = static_cast<std::int64_t>(rank);
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(axis < 0 ? axis + count : axis, 0, count));
}

std::int64_t AxisIn(AxisOrder order, std::size_t axis, std::size_t rank) {
  const Permutation permutation = FromSource(order, rank);
  return std::ranges::find(permutation, static_cast<int>(axis)) - permutation.begin();
}

Result<Source> Source::Create(const GraphToWrite& graph) {
  ACC_RETURN_IF_ERROR(DimsCheck(graph).Finish());
  Source source(graph);
  source.FindFused();
  return source;
}

const Shape& Source::Dims(const std::string& tensor) const {
  const acc::Tensor* constant = Constant(tensor);
  return constant != nullptr ? constant->dims() : written_->tensors.at(tensor).info.dims;
}

ElementType Source::Type(const std::string& tensor) const {
  const acc::Tensor* constant = Constant(tensor);
  return constant != nullptr ? constant->type() : written_->tensors.at(tensor).info.type;
}

AxisOrder Source::Stored(const std::string& tensor) const {
  const auto found = written_->tensors.find(tensor);
  return found != written_->tensors.end() ? found->second.axis_order : AxisOrder::kSource;
}

std::int64_t Source::Opset(const std::string& domain) const { return graph().Opset(domain); }

const acc::Tensor* Source::Constant(const std::string& tensor) const {
  const auto found = graph().initializers.find(tensor);
  return found != graph().initializers.end() ? &found->second : nullptr;
}

std::optional<std::vector<std::int64_t>> Source::Ints(const model::Node& node,
                                                      std::size_t input) const {
  const acc::Tensor* constant = HasInput(node, input) ? Constant(node.inputs[input]) : nullptr;
  if (constant == nullptr) return std::nullopt;
  if (constant->type() == ElementType::kInt64) {
    const auto values = constant->values<std::int64_t>();
    std::vector<std::int64_t> numbers(values.begin(), values.end());
    for (std::int64_t& number : numbers) number = SaturatedTo32Bits(number);
    return numbers;
  }
  if (constant->type() != ElementType::kInt32) return std::nullopt;
  const auto values = constant->values<std::int32_t>();
  return std::vector<std::int64_t>(values.begin(), values.end());
}

std::optional<std::vector<float>> Source::Floats(const model::Node& node, std::size_t input) const {
  const acc::Tensor* constant = HasInput(node, input) ? Constant(node.inputs[input]) : nullptr;
  if (constant == nullptr) return std::nullopt;
  auto values = ToFloats(constant->view());
  if (!values.ok()) return std::nullopt;
  const TensorEncoding* encoding = EncodingOf(node.inputs[input]);
  if (encoding == nullptr) return *std::move(values);
  return FakeQuantized(*values, constant->dims(), *encoding);
}

const TensorEncoding* Source::EncodingOf(const std::string& tensor) const {
  if (!IsFloating(tensor)) return nullptr;
  const auto& encodings = IsConstant(tensor) ? written_->params : written_->activations;
  const TensorEncoding* own = IntegerEncoding(encodings, tensor);
  if (own != nullptr) return own;
  const auto fused = fused_.find(tensor);
  return fused != fused_.end() ? fused->second : nullptr;
}

void Source::FindFused() {
  if (written_->activations.empty()) return;
  const model::Connections connections(graph());
  for (const auto& [name, tensor] : written_->tensors) {
    if (written_->activations.contains(name) || model::IsGraphOutput(graph(), name)) continue;
    const std::vector<int>& readers = connections.Consumers(name);
    if (readers.size() != 1) continue;
    const model::Node& reader = graph().nodes[static_cast<std::size_t>(readers.front())];
    if (reader.op_type != "Relu" && reader.op_type != "Clip") continue;
    const TensorEncoding* encoding = IntegerEncoding(written_->activations, reader.outputs.front());
    if (encoding != nullptr) fused_[name] = encoding;
  }
}

}  // namespace acc::dlc

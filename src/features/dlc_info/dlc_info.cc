// SPDX-License-Identifier: BSD-3-Clause
#include "features/dlc_info/dlc_info.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/json.h"
#include "base/text.h"
#include "dlc/to_graph/onnx_node.h"
#include "features/dlc_info/feature.h"
#include "features/encodings/model_encodings.h"
#include "model/macs.h"

namespace acc::features {
namespace {

// The tensor of which each element, its channels apart, takes all weights once.
enum class Sweep { kOutput, kInput };

struct WeightedOperator {
  std::string_view type;
  Sweep sweep;
};
constexpr std::array kWeightedOperators = {WeightedOperator{"Conv1d", Sweep::kOutput},
                                           WeightedOperator{"Conv2d", Sweep::kOutput},
                                           WeightedOperator{"Conv3d", Sweep::kOutput},
                                           WeightedOperator{"DepthWiseConv1d", Sweep::kOutput},
                                           WeightedOperator{"DepthWiseConv2d", Sweep::kOutput},
                                           WeightedOperator{"FullyConnected", Sweep::kOutput},
                                           WeightedOperator{"TransposeConv1d", Sweep::kInput},
                                           WeightedOperator{"TransposeConv2d", Sweep::kInput},
                                           WeightedOperator{"TransposeConv3d", Sweep::kInput}};

const dlc::Tensor* Find(const TensorsByName& tensors, const std::vector<std::string>& names,
                        std::size_t index) {
  if (index >= names.size()) return nullptr;
  const auto found = tensors.find(names[index]);
  return found == tensors.end() ? nullptr : found->second;
}

std::optional<std::uint64_t> Product(std::uint64_t first, std::uint64_t second) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(first, second, &product)) return std::nullopt;
  return product;
}

bool IsTrue(const dlc::Node& node, std::string_view attribute) {
  const dlc::Attribute* found = node.Find(attribute);
  const bool* value = found == nullptr ? nullptr : std::get_if<bool>(&found->value);
  return value != nullptr && *value;
}

std::optional<std::uint64_t> MacsOfMatMul(const dlc::Node& node, const TensorsByName& tensors) {
  const dlc::Tensor* left = Find(tensors, node.inputs, 0);
  const dlc::Tensor* output = Find(tensors, node.outputs, 0);
  if (left == nullptr || output == nullptr || left->dims.size() < 2) return std::nullopt;
  const std::size_t inner = left->dims.size() - (IsTrue(node, "transpose_in0") ? 2 : 1);
  return Product(Elements(*output),
                 static_cast<std::uint64_t>(std::max<std::int64_t>(left->dims[inner], 0)));
}

std::uint64_t SaturatingSum(std::uint64_t first, std::uint64_t second) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(first, second, &sum) ? UINT64_MAX : sum;
}

// Of QNN's recurrent layers: where the weight matrices are among the inputs, which also hold
// states.
struct RecurrentOperator {
  std::string_view type;
  std::span<const std::size_t> weights;
};
constexpr std::size_t kLstmWeights[] = {1, 2, 3, 4, 5, 6, 16, 17, 22};
constexpr std::size_t kGruWeights[] = {1, 2, 3, 4, 5, 6};
constexpr std::array kRecurrentOperators = {RecurrentOperator{"Lstm", kLstmWeights},
                                            RecurrentOperator{"Gru", kGruWeights}};

// Every step of every sequence takes all weights once.
std::optional<std::uint64_t> MacsOfRecurrence(const dlc::Node& node, const TensorsByName& tensors,
                                              std::span<const std::size_t> weights) {
  const dlc::Tensor* input = Find(tensors, node.inputs, 0);
  if (input == nullptr || input->dims.empty() || input->dims.back() <= 0) return std::nullopt;
  std::uint64_t elements = 0;
  for (const std::size_t place : weights) {
    const dlc::Tensor* weight = Find(tensors, node.inputs, place);
    if (weight != nullptr) elements = SaturatingSum(elements, Elements(*weight));
  }
  if (elements == 0) return std::nullopt;
  return Product(Elements(*input) / static_cast<std::uint64_t>(input->dims.back()), elements);
}

// Of a node that was written under its ONNX name, all tensors as the standard has them.
std::optional<std::uint64_t> MacsOfOnnxNode(const dlc::Node& node, const TensorsByName& tensors) {
  model::Node standard{.name = node.name,
                       .op_type = node.type,
                       .domain = node.package == dlc::kOnnxPackage ? "" : node.package,
                       .inputs = node.inputs,
                       .outputs = node.outputs};
  for (const dlc::Attribute& attribute : node.attributes) {
    if (const auto* number = std::get_if<std::int32_t>(&attribute.value)) {
      standard.attributes[attribute.name] = static_cast<std::int64_t>(*number);
    } else if (const auto* text = std::get_if<std::string>(&attribute.value)) {
      standard.attributes[attribute.name] = *text;
    }
  }
  return model::MultiplyAccumulates(standard, [&](const std::string& name) {
    const auto found = tensors.find(name);
    return found == tensors.end() ? nullptr : &found->second->dims;
  });
}

bool IsQnn(const dlc::Node& node) {
  return node.package.empty() || node.package == dlc::kQnnPackage;
}

}  // namespace

TensorsByName ByName(const dlc::Graph& graph) {
  TensorsByName tensors;
  for (const dlc::Tensor& tensor : graph.tensors) tensors.emplace(tensor.name, &tensor);
  return tensors;
}

std::uint64_t Elements(const dlc::Tensor& tensor) { return ElementCount(tensor.dims).value_or(0); }

std::optional<std::uint64_t> MultiplyAccumulates(const dlc::Node& node,
                                                 const TensorsByName& tensors) {
  if (!IsQnn(node)) return MacsOfOnnxNode(node, tensors);
  if (node.type == "MatMul") return MacsOfMatMul(node, tensors);
  const auto recurrent =
      std::ranges::find(kRecurrentOperators, node.type, &RecurrentOperator::type);
  if (recurrent != kRecurrentOperators.end()) {
    return MacsOfRecurrence(node, tensors, recurrent->weights);
  }
  const auto row = std::ranges::find(kWeightedOperators, node.type, &WeightedOperator::type);
  if (row == kWeightedOperators.end()) return std::nullopt;
  const dlc::Tensor* weight = Find(tensors, node.inputs, 1);
  const dlc::Tensor* swept =
      row->sweep == Sweep::kInput ? Find(tensors, node.inputs, 0) : Find(tensors, node.outputs, 0);
  if (weight == nullptr || swept == nullptr || swept->dims.empty() || swept->dims.back() <= 0) {
    return std::nullopt;
  }
  return Product(Elements(*swept) / static_cast<std::uint64_t>(swept->dims.back()),
                 Elements(*weight));
}

std::uint64_t ParameterCount(const dlc::Node& node, const TensorsByName& tensors) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const dlc::Tensor* tensor = Find(tensors, node.inputs, i);
    if (tensor != nullptr && tensor->kind == dlc::TensorKind::kStatic) {
      count = SaturatingSum(count, Elements(*tensor));
    }
  }
  return count;
}

Totals TotalsOf(const dlc::Graph& graph) {
  Totals totals;
  const TensorsByName tensors = ByName(graph);
  for (const dlc::Tensor& tensor : graph.tensors) {
    if (tensor.kind != dlc::TensorKind::kStatic) continue;
    totals.parameters = SaturatingSum(totals.parameters, Elements(tensor));
    totals.bytes += tensor.data.size();
  }
  for (const dlc::Node& node : graph.nodes) {
    if (const auto macs = MultiplyAccumulates(node, tensors)) {
      totals.macs = SaturatingSum(totals.macs, *macs);
      ++totals.nodes_with_macs;
    }
  }
  return totals;
}

std::string_view KindName(dlc::TensorKind kind) {
  switch (kind) {
    case dlc::TensorKind::kInput: return "input";
    case dlc::TensorKind::kOutput: return "output";
    case dlc::TensorKind::kNative: return "native";
    case dlc::TensorKind::kStatic: return "static";
    case dlc::TensorKind::kNull: break;
  }
  return "null";
}

Result<Outcome> RunDlcInfo(const DlcInfoOptions& options) {
  ModelFile file{.path = options.dlc_info.string(), .bytes = 0};
  ACC_ASSIGN_OR_RETURN(file.model, ReadModelFile(options.dlc_info));
  std::error_code ignored;
  file.bytes = std::filesystem::file_size(options.dlc_info, ignored);
  std::string text = options.json ? DumpJson(DlcInfoJson(file), 2) : DlcInfoText(file);
  return Outcome{.summary_lines = {std::move(text)}};
}

}  // namespace acc::features

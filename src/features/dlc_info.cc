// SPDX-License-Identifier: BSD-3-Clause
#include "features/dlc_info.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "features/features.h"
#include "features/model_encodings.h"
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
  return model::MacsOfProduct(output->dims, left->dims[inner]);
}

std::uint64_t SaturatingSum(std::uint64_t first, std::uint64_t second) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(first, second, &sum) ? UINT64_MAX : sum;
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
  if (node.type == "MatMul") return MacsOfMatMul(node, tensors);
  const auto row = std::ranges::find(kWeightedOperators, node.type, &WeightedOperator::type);
  if (row == kWeightedOperators.end()) return std::nullopt;
  const dlc::Tensor* weight = Find(tensors, node.inputs, 1);
  const dlc::Tensor* swept =
      row->sweep == Sweep::kInput ? Find(tensors, node.inputs, 0) : Find(tensors, node.outputs, 0);
  if (weight == nullptr || swept == nullptr || swept->dims.empty()) return std::nullopt;
  return model::MacsOfSweep(swept->dims, swept->dims.size() - 1, weight->dims);
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
    case dlc::TensorKind::kInput:
      return "input";
    case dlc::TensorKind::kOutput:
      return "output";
    case dlc::TensorKind::kNative:
      return "native";
    case dlc::TensorKind::kStatic:
      return "static";
    case dlc::TensorKind::kNull:
      break;
  }
  return "null";
}

Result<Outcome> RunDlcInfo(const DlcInfoOptions& options) {
  ModelFile file{.path = options.dlc_info.string(), .bytes = 0, .model = {}};
  ACC_ASSIGN_OR_RETURN(file.model, ReadModelFile(options.dlc_info));
  std::error_code ignored;
  file.bytes = std::filesystem::file_size(options.dlc_info, ignored);
  std::string text = options.json
                         ? DlcInfoJson(file).dump(2, ' ', false, Json::error_handler_t::replace)
                         : DlcInfoText(file);
  return Outcome{.directory = {}, .summary_lines = {std::move(text)}};
}

}  // namespace acc::features

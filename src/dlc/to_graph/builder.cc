// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/builder.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "dlc/to_graph/axis_orders.h"
#include "dlc/to_graph/constants.h"

namespace acc::dlc {
namespace {

using model::StoredTensor;

TensorEncoding FloatEncoding(DataType type) {
  return {.channels = {{.bitwidth = type == DataType::kFloat16 ? 16 : 32}},
          .axis = std::nullopt,
          .is_float = true};
}

bool IsReal(DataType type) { return type == DataType::kFloat32 || type == DataType::kFloat16; }

StoredTensor::Role RoleOf(TensorKind kind) {
  switch (kind) {
    case TensorKind::kInput: return StoredTensor::Role::kInput;
    case TensorKind::kOutput: return StoredTensor::Role::kOutput;
    case TensorKind::kStatic: return StoredTensor::Role::kConstant;
    default: return StoredTensor::Role::kNative;
  }
}

StoredTensor StoredFrom(const Tensor& tensor) {
  StoredTensor stored{.name = tensor.name,
                      .role = RoleOf(tensor.kind),
                      .type = GraphType(tensor.type),
                      .dims = tensor.dims,
                      .encoding = std::nullopt};
  if (IsFixedPoint(tensor.type)) stored.encoding = tensor.encoding;
  return stored;
}

}  // namespace

GraphBuilder::GraphBuilder(const Graph& source)
    : model::GraphBuilder(
          source.name, [this](const std::string& tensor) { return ConstantValue(*Find(tensor)); }),
      source_(source) {}

Status GraphBuilder::Start() {
  std::vector<StoredTensor> stored;
  for (const Tensor& tensor : source_.tensors) {
    tensors_.emplace(tensor.name, &tensor);
    stored.push_back(StoredFrom(tensor));
  }
  return Take(std::move(stored), AxisOrders(source_));
}

const Tensor* GraphBuilder::Find(const std::string& tensor) const {
  const auto found = tensors_.find(tensor);
  return found == tensors_.end() ? nullptr : found->second;
}

Result<TranslatedGraph> GraphBuilder::Finish() {
  ACC_RETURN_IF_ERROR(AddOutputs());
  TranslatedGraph translated;
  translated.graph = std::move(graph());
  translated.tensors = std::move(described().tensors);
  translated.params = std::move(described().params);
  AddEncodings(translated);
  translated.notes = std::move(notes_);
  return translated;
}

// A file without outputs of its own shows what nothing reads.
Status GraphBuilder::AddOutputs() {
  std::set<std::string> read;
  bool has_outputs = false;
  for (const Node& node : source_.nodes) read.insert(node.inputs.begin(), node.inputs.end());
  for (const Tensor& tensor : source_.tensors) has_outputs |= tensor.kind == TensorKind::kOutput;
  for (const Tensor& tensor : source_.tensors) {
    const auto made = described().tensors.find(tensor.name);
    const bool is_made = made != described().tensors.end() && tensor.kind != TensorKind::kInput;
    if (has_outputs && tensor.kind == TensorKind::kOutput) {
      ACC_RETURN_IF_ERROR(AddOutput(tensor.name));
    } else if (!has_outputs && is_made && !read.contains(tensor.name)) {
      graph().outputs.push_back(made->second.info);
    }
  }
  if (!graph().outputs.empty()) return OkStatus();
  return Failure("the graph has no outputs; nothing can be run");
}

void GraphBuilder::AddEncodings(TranslatedGraph& translated) {
  const auto is_quantized = [&](const Tensor& tensor) {
    return tensor.encoding && !tensor.encoding->is_float && IsFixedPoint(tensor.type);
  };
  bool any = false;
  std::size_t halves = 0;
  std::size_t singles = 0;
  for (const auto& [name, described] : translated.tensors) {
    const Tensor& tensor = *tensors_.at(name);
    any |= is_quantized(tensor);
    if (tensor.kind == TensorKind::kInput || tensor.kind == TensorKind::kOutput) continue;
    halves += tensor.type == DataType::kFloat16 ? 1 : 0;
    singles += tensor.type == DataType::kFloat32 ? 1 : 0;
  }
  translated.half = halves > 0 && singles == 0;
  if (halves > 0 && singles > 0) {
    Note(fmt::format("{} tensors are float16 and {} float32 in the file; all run in float32",
                     halves, singles));
  }
  for (const auto& [name, described] : translated.tensors) {
    const Tensor& tensor = *tensors_.at(name);
    if (is_quantized(tensor)) {
      const Order order = described.axis_order == AxisOrder::kSource
                              ? AsStored(tensor.dims.size())
                              : ChannelFirst(tensor.dims.size());
      translated.activations[name] = model::Moved(*tensor.encoding, order, tensor.dims.size());
    } else if (any && IsReal(tensor.type)) {
      translated.activations[name] = FloatEncoding(tensor.type);
    }
  }
}

}  // namespace acc::dlc

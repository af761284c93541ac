// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

namespace acc::model::tflite {
namespace {

namespace schema = ::tflite;

using Indices = std::vector<std::int32_t>;

template <typename T>
std::uint64_t Bytes(const ::flatbuffers::Vector<T>* vector) {
  return std::uint64_t{SizeOf(vector)} * sizeof(T);
}

std::uint64_t BytesOf(const schema::Tensor& tensor) {
  std::uint64_t bytes = sizeof(schema::TensorT) + View(tensor.name()).size() +
                        Bytes(tensor.shape()) + Bytes(tensor.shape_signature());
  if (const auto* quantization = tensor.quantization()) {
    bytes += sizeof(*quantization) + Bytes(quantization->min()) + Bytes(quantization->max()) +
             Bytes(quantization->scale()) + Bytes(quantization->zero_point());
  }
  return bytes;
}

std::uint64_t BytesOf(const schema::Operator& node) {
  constexpr std::uint64_t kOptions = 256;
  std::uint64_t bytes = sizeof(schema::OperatorT) + kOptions + Bytes(node.inputs()) +
                        Bytes(node.outputs()) + Bytes(node.custom_options()) +
                        Bytes(node.mutating_variable_inputs()) + Bytes(node.intermediates());
  if (const auto* reshape = node.builtin_options_as_ReshapeOptions()) {
    bytes += Bytes(reshape->new_shape());
  }
  if (const auto* squeeze = node.builtin_options_as_SqueezeOptions()) {
    bytes += Bytes(squeeze->squeeze_dims());
  }
  if (const auto* handle = node.builtin_options_as_VarHandleOptions()) {
    bytes += View(handle->container()).size() + View(handle->shared_name()).size();
  }
  return bytes;
}

// Rare parts, of which nobody should have to bound the size.
bool IsSimple(const schema::Tensor& tensor) {
  const auto* quantization = tensor.quantization();
  return tensor.sparsity() == nullptr && tensor.variant_tensors() == nullptr &&
         (quantization == nullptr || quantization->details() == nullptr);
}

bool IsSimple(const schema::Operator& node) {
  switch (node.builtin_options_type()) {
    case schema::BuiltinOptions_ConcatEmbeddingsOptions: return false;
    default: return true;
  }
}

// Takes a copy of `model` from the budget: a table may be named many times. False where it has
// parts that are not copied, among them operators newer than the schema, whose options it lacks.
Result<bool> MayCopy(const schema::Model& model, CopyBudget& budget) {
  std::uint64_t bytes = 0;
  for (std::uint32_t i = 0; i < SizeOf(model.operator_codes()); ++i) {
    const schema::OperatorCode& code = *model.operator_codes()->Get(i);
    if (CodeOf(code) > schema::BuiltinOperator_MAX) return false;
    bytes += sizeof(schema::OperatorCodeT) + View(code.custom_code()).size();
  }
  for (std::uint32_t i = 0; i < SizeOf(model.buffers()); ++i) {
    const schema::Buffer& buffer = *model.buffers()->Get(i);
    if (buffer.offset() > 1) return false;
    bytes += sizeof(schema::BufferT) + Bytes(buffer.data());
  }
  for (std::uint32_t i = 0; i < SizeOf(model.subgraphs()); ++i) {
    const schema::SubGraph& graph = *model.subgraphs()->Get(i);
    bytes += Bytes(graph.inputs()) + Bytes(graph.outputs()) + View(graph.name()).size();
    for (std::uint32_t k = 0; k < SizeOf(graph.tensors()); ++k) {
      if (!IsSimple(*graph.tensors()->Get(k))) return false;
      bytes += BytesOf(*graph.tensors()->Get(k));
    }
    for (std::uint32_t k = 0; k < SizeOf(graph.operators()); ++k) {
      if (!IsSimple(*graph.operators()->Get(k))) return false;
      bytes += BytesOf(*graph.operators()->Get(k));
    }
  }
  ACC_RETURN_IF_ERROR(budget.Take(bytes));
  return true;
}

// Without signatures and metadata, which nobody reads.
schema::ModelT Unpacked(const schema::Model& model) {
  schema::ModelT copy;
  copy.version = model.version();
  for (std::uint32_t i = 0; i < SizeOf(model.operator_codes()); ++i) {
    copy.operator_codes.emplace_back(model.operator_codes()->Get(i)->UnPack());
  }
  for (std::uint32_t i = 0; i < SizeOf(model.subgraphs()); ++i) {
    copy.subgraphs.emplace_back(model.subgraphs()->Get(i)->UnPack());
  }
  for (std::uint32_t i = 0; i < SizeOf(model.buffers()); ++i) {
    copy.buffers.emplace_back(model.buffers()->Get(i)->UnPack());
  }
  return copy;
}

bool AreWithin(const Indices& indices, std::size_t count) {
  return std::ranges::all_of(indices, [&](std::int32_t index) {
    return index >= 0 && static_cast<std::size_t>(index) < count;
  });
}

Status CheckGraph(const schema::SubGraphT& graph, const schema::ModelT& model) {
  const std::size_t count = graph.tensors.size();
  bool fits = AreWithin(graph.inputs, count) && AreWithin(graph.outputs, count);
  for (const auto& tensor : graph.tensors) fits &= tensor->buffer < model.buffers.size();
  for (const auto& node : graph.operators) {
    Indices inputs = node->inputs;
    std::erase(inputs, -1);
    fits = fits && AreWithin(inputs, count) && AreWithin(node->outputs, count) &&
           node->opcode_index < model.operator_codes.size();
  }
  if (fits) return OkStatus();
  return Failure(
      fmt::format("its subgraph '{}' names tensors or buffers that it does not have", graph.name));
}

bool CallsGraphs(const schema::OperatorT& node) {
  switch (node.builtin_options.type) {
    case schema::BuiltinOptions_CallOnceOptions:
    case schema::BuiltinOptions_CallOptions:
    case schema::BuiltinOptions_IfOptions:
    case schema::BuiltinOptions_WhileOptions: return true;
    default: return false;
  }
}

}  // namespace

schema::BuiltinOperator CodeOf(const schema::OperatorCode& code) {
  // Files older than the wide field have the number in the narrow one.
  return std::max(code.builtin_code(),
                  static_cast<schema::BuiltinOperator>(code.deprecated_builtin_code()));
}

schema::BuiltinOperator CodeOf(const schema::Model& model, const schema::Operator& node) {
  return CodeOf(*model.operator_codes()->Get(node.opcode_index()));
}

schema::BuiltinOperator CodeOf(const schema::ModelT& model, const schema::OperatorT& node) {
  const schema::OperatorCodeT& code = *model.operator_codes[node.opcode_index];
  return std::max(code.builtin_code,
                  static_cast<schema::BuiltinOperator>(code.deprecated_builtin_code));
}

bool HasOperator(const schema::Model& model, schema::BuiltinOperator code) {
  for (std::uint32_t i = 0; i < SizeOf(model.operator_codes()); ++i) {
    if (CodeOf(*model.operator_codes()->Get(i)) == code) return true;
  }
  return false;
}

Result<std::optional<schema::ModelT>> CopyOf(const schema::Model& model, CopyBudget& budget) {
  ACC_ASSIGN_OR_RETURN(const bool may_copy, MayCopy(model, budget));
  if (!may_copy) return std::optional<schema::ModelT>();
  schema::ModelT copy = Unpacked(model);
  for (const auto& graph : copy.subgraphs) ACC_RETURN_IF_ERROR(CheckGraph(*graph, copy));
  return std::optional<schema::ModelT>(std::move(copy));
}

void DropUnusedGraphs(schema::ModelT& model) {
  const auto& nodes = model.subgraphs[0]->operators;
  const bool any = std::ranges::any_of(nodes, [](const auto& node) { return CallsGraphs(*node); });
  if (!any) model.subgraphs.resize(1);
}

std::vector<std::byte> Packed(const schema::ModelT& model) {
  ::flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Model::Pack(builder, &model), schema::ModelIdentifier());
  const auto bytes = std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
  return {bytes.begin(), bytes.end()};
}

}  // namespace acc::model::tflite

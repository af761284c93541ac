// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/unroll.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>

#include "model/flatbuffer.h"
#include "model/tflite/counter.h"

namespace acc::model::tflite {
namespace {

namespace schema = ::tflite;

using Indices = std::vector<std::int32_t>;

schema::BuiltinOperator CodeOf(const schema::OperatorCode& code) {
  return std::max(code.builtin_code(),
                  static_cast<schema::BuiltinOperator>(code.deprecated_builtin_code()));
}

bool HasLoop(const schema::Model& model) {
  for (std::uint32_t i = 0; i < SizeOf(model.operator_codes()); ++i) {
    if (CodeOf(*model.operator_codes()->Get(i)) == schema::BuiltinOperator_WHILE) return true;
  }
  return false;
}

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
    case schema::BuiltinOptions_ConcatEmbeddingsOptions:
    case schema::BuiltinOptions_VarHandleOptions:
      return false;
    default:
      return true;
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
schema::ModelT CopyOf(const schema::Model& model) {
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

// Of loops within loops; a body may name itself.
constexpr int kMostDepth = 4;
// Tensors and operators that are looked at to count steps, of all loops: seconds.
constexpr std::uint64_t kMostWork = 100'000'000;

class Unroller {
 public:
  Unroller(schema::ModelT& model, CopyBudget& budget)
      : model_(model), main_(*model.subgraphs[0]), budget_(budget) {}

  // Whether any loop was written out.
  Result<bool> Run() {
    std::vector<std::unique_ptr<schema::OperatorT>> nodes = std::move(main_.operators);
    main_.operators.clear();
    for (auto& node : nodes) ACC_RETURN_IF_ERROR(Emit(std::move(node)));
    for (std::int32_t& output : main_.outputs) output = Renamed(output);
    return unrolled_ > 0;
  }

 private:
  Status Emit(std::unique_ptr<schema::OperatorT> node) {
    for (std::int32_t& input : node->inputs) input = Renamed(input);
    const Loop loop = depth_ < kMostDepth ? LoopOf(*node) : Loop();
    std::optional<int> steps;
    if (loop.body != nullptr) {
      steps = StepsOf(model_, *loop.condition, *loop.body, Initial(node->inputs), kMostSteps,
                      work_left_);
    }
    if (!steps) {
      made_.insert(node->outputs.begin(), node->outputs.end());
      main_.operators.push_back(std::move(node));
      return OkStatus();
    }
    ++unrolled_;
    ++depth_;
    Status status = WriteOut(*node, *loop.body, *steps);
    --depth_;
    return status;
  }

  struct Loop {
    const schema::SubGraphT* condition = nullptr;
    const schema::SubGraphT* body = nullptr;
  };

  // Null where it is none, or one whose parts do not fit together.
  Loop LoopOf(const schema::OperatorT& node) const {
    const auto* options = node.builtin_options.AsWhileOptions();
    if (options == nullptr) return {};
    const auto graph = [&](std::int32_t index) -> const schema::SubGraphT* {
      const auto place = static_cast<std::size_t>(index);
      return index > 0 && place < model_.subgraphs.size() ? model_.subgraphs[place].get() : nullptr;
    };
    const Loop loop{graph(options->cond_subgraph_index), graph(options->body_subgraph_index)};
    if (loop.condition == nullptr || loop.body == nullptr) return {};
    const std::size_t count = node.inputs.size();
    const bool fits = loop.condition->inputs.size() == count && loop.body->inputs.size() == count &&
                      loop.body->outputs.size() == count && node.outputs.size() == count &&
                      loop.condition->outputs.size() == 1 &&
                      std::ranges::count(node.inputs, -1) == 0;
    return fits ? loop : Loop();
  }

  std::int32_t Renamed(std::int32_t tensor) const {
    const auto found = renamed_.find(tensor);
    return found == renamed_.end() ? tensor : found->second;
  }

  std::vector<Counter> Initial(const Indices& tensors) const {
    std::vector<Counter> values;
    for (const std::int32_t tensor : tensors) {
      const auto place = static_cast<std::size_t>(tensor);
      values.push_back(made_.contains(tensor) ? Counter()
                                              : ConstantOf(model_, *main_.tensors[place]));
    }
    return values;
  }

  Status WriteOut(const schema::OperatorT& loop, const schema::SubGraphT& body, int steps) {
    Indices carried = loop.inputs;
    std::map<std::int32_t, std::int32_t> constants;
    for (int step = 0; step < steps; ++step) {
      Step places{body, Indices(body.tensors.size(), -1), constants, step};
      for (std::size_t i = 0; i < carried.size(); ++i) places.Set(body.inputs[i], carried[i]);
      if (step + 1 == steps) KeepNames(loop, places);
      for (const auto& node : body.operators) ACC_RETURN_IF_ERROR(WriteNode(*node, places));
      for (std::size_t i = 0; i < carried.size(); ++i) {
        ACC_ASSIGN_OR_RETURN(carried[i], Read(body.outputs[i], places));
      }
    }
    for (std::size_t i = 0; i < carried.size(); ++i) {
      if (carried[i] != loop.outputs[i]) renamed_[loop.outputs[i]] = carried[i];
    }
    return OkStatus();
  }

  // Where the body's tensors are in the main graph; -1 for those that are not there yet.
  struct Step {
    const schema::SubGraphT& body;
    Indices places;
    std::map<std::int32_t, std::int32_t>& constants;  // Of all steps.
    int number = 0;

    std::int32_t Get(std::int32_t tensor) const { return places[static_cast<std::size_t>(tensor)]; }
    void Set(std::int32_t tensor, std::int32_t place) {
      places[static_cast<std::size_t>(tensor)] = place;
    }
  };

  // What the last step makes is what the loop makes.
  static void KeepNames(const schema::OperatorT& loop, Step& step) {
    for (std::size_t i = 0; i < loop.outputs.size(); ++i) {
      const std::int32_t tensor = step.body.outputs[i];
      const bool is_made = std::ranges::any_of(step.body.operators, [&](const auto& node) {
        return std::ranges::count(node->outputs, tensor) > 0;
      });
      if (is_made && step.Get(tensor) < 0) step.Set(tensor, loop.outputs[i]);
    }
  }

  Status WriteNode(const schema::OperatorT& node, Step& step) {
    ACC_RETURN_IF_ERROR(
        budget_.Take(sizeof(node) + 4 * (node.inputs.size() + node.outputs.size())));
    auto copy = std::make_unique<schema::OperatorT>(node);
    for (std::int32_t& input : copy->inputs) {
      if (input < 0) continue;
      ACC_ASSIGN_OR_RETURN(input, Read(input, step));
    }
    for (std::int32_t& output : copy->outputs) {
      if (step.Get(output) < 0) {
        ACC_ASSIGN_OR_RETURN(const std::int32_t place, Copy(output, step));
        main_.tensors[static_cast<std::size_t>(place)]->name +=
            fmt::format("/step_{}", step.number);
        step.Set(output, place);
      }
      output = step.Get(output);
    }
    return Emit(std::move(copy));
  }

  // What no operator has made so far is a constant.
  Result<std::int32_t> Read(std::int32_t tensor, Step& step) {
    if (step.Get(tensor) >= 0) return step.Get(tensor);
    const auto known = step.constants.find(tensor);
    if (known != step.constants.end()) return known->second;
    ACC_ASSIGN_OR_RETURN(const std::int32_t place, Copy(tensor, step));
    return step.constants[tensor] = place;
  }

  Result<std::int32_t> Copy(std::int32_t tensor, const Step& step) {
    const schema::TensorT& original = *step.body.tensors[static_cast<std::size_t>(tensor)];
    ACC_RETURN_IF_ERROR(budget_.Take(
        sizeof(original) + original.name.size() +
        4 * (original.shape.size() + original.shape_signature.size()) +
        (original.quantization == nullptr ? 0 : 12 * original.quantization->scale.size())));
    main_.tensors.push_back(std::make_unique<schema::TensorT>(original));
    return static_cast<std::int32_t>(main_.tensors.size()) - 1;
  }

  schema::ModelT& model_;
  schema::SubGraphT& main_;
  CopyBudget& budget_;
  std::map<std::int32_t, std::int32_t> renamed_;
  std::unordered_set<std::int32_t> made_;
  std::uint64_t work_left_ = kMostWork;
  int unrolled_ = 0;
  int depth_ = 0;
};

bool CallsGraphs(const schema::OperatorT& node) {
  switch (node.builtin_options.type) {
    case schema::BuiltinOptions_CallOnceOptions:
    case schema::BuiltinOptions_CallOptions:
    case schema::BuiltinOptions_IfOptions:
    case schema::BuiltinOptions_WhileOptions:
      return true;
    default:
      return false;
  }
}

// The bodies of loops, where nothing else has any.
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

}  // namespace

Result<std::vector<std::byte>> WithLoopsUnrolled(const schema::Model& model,
                                                 std::uint64_t file_bytes) {
  if (!HasLoop(model)) return std::vector<std::byte>();
  CopyBudget budget(file_bytes);
  ACC_ASSIGN_OR_RETURN(const bool may_copy, MayCopy(model, budget));
  if (!may_copy) return std::vector<std::byte>();
  schema::ModelT copy = CopyOf(model);
  for (const auto& graph : copy.subgraphs) ACC_RETURN_IF_ERROR(CheckGraph(*graph, copy));
  ACC_ASSIGN_OR_RETURN(const bool is_changed, Unroller(copy, budget).Run());
  if (!is_changed) return std::vector<std::byte>();
  DropUnusedGraphs(copy);
  return Packed(copy);
}

}  // namespace acc::model::tflite

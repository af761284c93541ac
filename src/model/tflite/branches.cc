// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/branches.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "model/tflite/copy.h"

namespace acc::model::tflite {
namespace {

namespace schema = ::tflite;

constexpr int kMostDepth = 4;

// Codes stand for real numbers.
bool HoldsIntegers(const schema::TensorT& tensor) {
  const bool is_integer =
      tensor.type == schema::TensorType_INT32 || tensor.type == schema::TensorType_INT64 ||
      tensor.type == schema::TensorType_UINT32 || tensor.type == schema::TensorType_INT16;
  return is_integer && (tensor.quantization == nullptr || tensor.quantization->scale.empty());
}

// That keep a state, draw numbers, call graphs, or are unknown.
bool IsForbidden(schema::BuiltinOperator code) {
  constexpr std::array kForbidden = {schema::BuiltinOperator_CUSTOM,
                                     schema::BuiltinOperator_DELEGATE,
                                     schema::BuiltinOperator_CALL,
                                     schema::BuiltinOperator_CALL_ONCE,
                                     schema::BuiltinOperator_WHILE,
                                     schema::BuiltinOperator_VAR_HANDLE,
                                     schema::BuiltinOperator_READ_VARIABLE,
                                     schema::BuiltinOperator_ASSIGN_VARIABLE,
                                     schema::BuiltinOperator_HASHTABLE,
                                     schema::BuiltinOperator_HASHTABLE_FIND,
                                     schema::BuiltinOperator_HASHTABLE_IMPORT,
                                     schema::BuiltinOperator_HASHTABLE_SIZE,
                                     schema::BuiltinOperator_RANDOM_UNIFORM,
                                     schema::BuiltinOperator_RANDOM_STANDARD_NORMAL,
                                     schema::BuiltinOperator_MULTINOMIAL};
  return code > schema::BuiltinOperator_MAX || std::ranges::count(kForbidden, code) > 0;
}

// That are defined for all integers.
bool IsPlainArithmetic(schema::BuiltinOperator code) {
  constexpr std::array kPlain = {
      schema::BuiltinOperator_ADD,      schema::BuiltinOperator_SUB,
      schema::BuiltinOperator_MUL,      schema::BuiltinOperator_NEG,
      schema::BuiltinOperator_ABS,      schema::BuiltinOperator_CAST,
      schema::BuiltinOperator_MAXIMUM,  schema::BuiltinOperator_MINIMUM,
      schema::BuiltinOperator_EQUAL,    schema::BuiltinOperator_NOT_EQUAL,
      schema::BuiltinOperator_LESS,     schema::BuiltinOperator_LESS_EQUAL,
      schema::BuiltinOperator_GREATER,  schema::BuiltinOperator_GREATER_EQUAL,
      schema::BuiltinOperator_SELECT,   schema::BuiltinOperator_SELECT_V2,
      schema::BuiltinOperator_QUANTIZE, schema::BuiltinOperator_DEQUANTIZE};
  return std::ranges::count(kPlain, code) > 0;
}

bool AreHarmless(const schema::ModelT& model, const schema::SubGraphT& graph,
                 const std::vector<bool>& is_constant, int depth);

// Of an IF within a branch: both of its own.
bool IsHarmlessIf(const schema::ModelT& model, const schema::OperatorT& node,
                  const std::vector<bool>& constants, int depth) {
  const auto* options = node.builtin_options.AsIfOptions();
  if (options == nullptr || depth == kMostDepth) return false;
  std::vector<bool> given;
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    const std::int32_t input = node.inputs[i];
    given.push_back(input >= 0 && constants[static_cast<std::size_t>(input)]);
  }
  return std::ranges::all_of(std::array{options->then_subgraph_index, options->else_subgraph_index},
                             [&](int number) {
                               const auto place = static_cast<std::size_t>(number);
                               return number > 0 && place < model.subgraphs.size() &&
                                      AreHarmless(model, *model.subgraphs[place], given, depth + 1);
                             });
}

bool AreHarmless(const schema::ModelT& model, const schema::SubGraphT& graph,
                 const std::vector<bool>& is_constant, int depth) {
  if (graph.inputs.size() != is_constant.size()) return false;
  std::vector<bool> constants;
  for (const auto& tensor : graph.tensors) {
    constants.push_back(!model.buffers[tensor->buffer]->data.empty());
  }
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    constants[static_cast<std::size_t>(graph.inputs[i])] = is_constant[i];
  }
  return std::ranges::all_of(graph.operators, [&](const auto& node) {
    const schema::BuiltinOperator code = CodeOf(model, *node);
    if (code == schema::BuiltinOperator_IF) return IsHarmlessIf(model, *node, constants, depth);
    if (IsForbidden(code)) return false;
    if (IsPlainArithmetic(code)) return true;
    return std::ranges::all_of(node->inputs, [&](std::int32_t input) {
      const auto place = static_cast<std::size_t>(input);
      return input < 0 || constants[place] || !HoldsIntegers(*graph.tensors[place]);
    });
  });
}

}  // namespace

bool IsHarmless(const schema::ModelT& model, const schema::SubGraphT& branch,
                const std::vector<bool>& is_constant) {
  return AreHarmless(model, branch, is_constant, 0);
}

bool HaveSelectableOutputs(const schema::SubGraphT& one, const schema::SubGraphT& other,
                           std::size_t condition_rank) {
  constexpr std::array kTypes = {schema::TensorType_FLOAT32, schema::TensorType_UINT8,
                                 schema::TensorType_INT8,    schema::TensorType_INT16,
                                 schema::TensorType_INT32,   schema::TensorType_INT64,
                                 schema::TensorType_BOOL};
  constexpr std::size_t kMostDims = 5;
  for (std::size_t i = 0; i < one.outputs.size(); ++i) {
    const schema::TensorT& a = *one.tensors[static_cast<std::size_t>(one.outputs[i])];
    const schema::TensorT& b = *other.tensors[static_cast<std::size_t>(other.outputs[i])];
    const bool fits = a.type == b.type && std::ranges::count(kTypes, a.type) > 0 &&
                      a.shape == b.shape && a.shape_signature == b.shape_signature &&
                      a.shape.size() >= condition_rank && a.shape.size() <= kMostDims;
    if (!fits) return false;
  }
  return true;
}

}  // namespace acc::model::tflite

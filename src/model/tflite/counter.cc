// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/counter.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "model/tflite/copy.h"

namespace acc::model::tflite {
namespace {

namespace schema = ::tflite;

template <typename T>
Counter ElementOf(const std::vector<std::uint8_t>& data) {
  if (data.size() != sizeof(T)) return std::nullopt;
  T value{};
  std::memcpy(&value, data.data(), sizeof(value));
  return static_cast<std::int64_t>(value);
}

Counter Computed(schema::BuiltinOperator code, std::int64_t a, std::int64_t b) {
  // As far as 32-bit counters go; sums of these never overflow.
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  if (std::max(a, b) > kMost || std::min(a, b) < -kMost) return std::nullopt;
  switch (code) {
    case schema::BuiltinOperator_ADD: return a + b;
    case schema::BuiltinOperator_SUB: return a - b;
    case schema::BuiltinOperator_LESS: return a < b ? 1 : 0;
    case schema::BuiltinOperator_LESS_EQUAL: return a <= b ? 1 : 0;
    case schema::BuiltinOperator_GREATER: return a > b ? 1 : 0;
    case schema::BuiltinOperator_GREATER_EQUAL: return a >= b ? 1 : 0;
    case schema::BuiltinOperator_NOT_EQUAL: return a != b ? 1 : 0;
    case schema::BuiltinOperator_LOGICAL_AND: return a != 0 && b != 0 ? 1 : 0;
    default: return std::nullopt;
  }
}

// What the graph makes of `inputs`.
std::vector<Counter> Outputs(const schema::ModelT& model, const schema::SubGraphT& graph,
                             const std::vector<Counter>& inputs) {
  std::vector<Counter> values(graph.tensors.size());
  const auto at = [&](std::int32_t tensor) -> Counter& {
    return values[static_cast<std::size_t>(tensor)];
  };
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = ConstantOf(model, *graph.tensors[i]);
  for (std::size_t i = 0; i < inputs.size(); ++i) at(graph.inputs[i]) = inputs[i];
  for (const auto& node : graph.operators) {
    for (const std::int32_t output : node->outputs) at(output) = std::nullopt;
    const bool is_pair = node->inputs.size() == 2 && node->outputs.size() == 1 &&
                         std::ranges::count(node->inputs, -1) == 0;
    if (!is_pair) continue;
    const Counter a = at(node->inputs[0]);
    const Counter b = at(node->inputs[1]);
    if (a && b) at(node->outputs[0]) = Computed(CodeOf(model, *node), *a, *b);
  }
  std::vector<Counter> made;
  for (const std::int32_t output : graph.outputs) made.push_back(at(output));
  return made;
}

}  // namespace

Counter ConstantOf(const schema::ModelT& model, const schema::TensorT& tensor) {
  const std::vector<std::uint8_t>& data = model.buffers[tensor.buffer]->data;
  switch (tensor.type) {
    case schema::TensorType_INT32: return ElementOf<std::int32_t>(data);
    case schema::TensorType_INT64: return ElementOf<std::int64_t>(data);
    case schema::TensorType_BOOL: return ElementOf<std::uint8_t>(data);
    default: return std::nullopt;
  }
}

std::optional<int> StepsOf(const schema::ModelT& model, const schema::SubGraphT& condition,
                           const schema::SubGraphT& body, std::vector<Counter> values, int most,
                           std::uint64_t& work) {
  const std::uint64_t each = condition.tensors.size() + condition.operators.size() +
                             body.tensors.size() + body.operators.size();
  for (int steps = 0; steps <= most; ++steps) {
    if (each > work) return std::nullopt;
    work -= each;
    const Counter goes_on = Outputs(model, condition, values).front();
    if (!goes_on) return std::nullopt;
    if (*goes_on == 0) return steps;
    values = Outputs(model, body, values);
  }
  return std::nullopt;
}

}  // namespace acc::model::tflite

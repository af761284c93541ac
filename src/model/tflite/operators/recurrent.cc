// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/operators.h"
#include "model/tflite/translation.h"

namespace acc::model::tflite {
namespace {

// Places among the inputs; each of the first three kinds has input, forget, cell and output gate.
constexpr std::size_t kWeights = 1;
constexpr std::size_t kRecurrentWeights = 5;
constexpr std::size_t kPeepholes = 9;
constexpr std::size_t kBiases = 12;
constexpr std::size_t kProjection = 16;
constexpr std::size_t kLayerNormalization = 20;

// The file's gates in the standard's order: input, output, forget, cell.
constexpr std::size_t kGates[] = {0, 3, 1, 2};

bool HasAny(Translation& t, std::size_t first, std::size_t last) {
  for (std::size_t input = first; input < last; ++input) {
    if (t.Has(input)) return true;
  }
  return false;
}

// One for each gate, below each other, with an axis of directions before.
std::string Stacked(Translation& t, std::size_t first) {
  std::vector<std::string> gates;
  for (const std::size_t gate : kGates) gates.push_back(t.Input(first + gate));
  const std::string all = t.Add("Concat", std::move(gates), {{"axis", 0}});
  return t.Add("Unsqueeze", {all, t.Int64s("direction", {0})});
}

// The file has as many biases as there are cells, which bounds what is made of their number.
std::string Biases(Translation& t, std::int64_t cells) {
  std::vector<std::string> gates;
  for (const std::size_t gate : kGates) {
    const bool fits = t.Has(kBiases + gate) && t.IsConstant(kBiases + gate) &&
                      t.Dims(kBiases + gate) == Shape{cells};
    if (!t.Check(fits, "its biases are no constants, one for each cell")) return {};
    gates.push_back(t.Input(kBiases + gate));
  }
  if (!t.ok()) return {};
  const auto count = static_cast<std::size_t>(4 * cells);
  gates.push_back(t.Floats("zeros", {4 * cells}, std::vector<float>(count)));
  const std::string all = t.Add("Concat", std::move(gates), {{"axis", 0}});
  return t.Add("Unsqueeze", {all, t.Int64s("direction", {0})});
}

// A sequence from a state of zeros. The file may clip the cells, as converters write it, to a bound
// that is not reached.
void SequenceLstm(Translation& t) {
  using Options = schema::UnidirectionalSequenceLSTMOptions;
  const bool is_plain = t.Has(kWeights) && !HasAny(t, kPeepholes, kBiases) &&
                        !HasAny(t, kProjection, kProjection + 2) &&
                        !HasAny(t, kLayerNormalization, t.InputCount());
  if (!t.Check(is_plain,
               "only a cell with four gates, without peepholes, projection and "
               "normalization has a translation") ||
      !t.CheckRank(0, 3, 3) || !t.CheckRank(kRecurrentWeights, 2, 2)) {
    return;
  }
  const auto activation =
      t.Option(&Options::fused_activation_function, schema::ActivationFunctionType_TANH);
  if (!t.Check(activation == schema::ActivationFunctionType_TANH,
               "only the activation tanh has a translation")) {
    return;
  }
  const std::int64_t cells = t.Dims(kRecurrentWeights)[1];
  if (!t.Check(cells > 0, "it has no cells")) return;
  const bool time_major = t.Option(&Options::time_major, false);
  const Order swapped = {1, 0, 2};
  const std::string sequence = time_major ? t.Input(0) : t.Input(0, swapped);
  const std::string weights = Stacked(t, kWeights);
  const std::string recurrent = Stacked(t, kRecurrentWeights);
  const std::string all =
      t.Add("LSTM", {sequence, weights, recurrent, Biases(t, cells)}, {{"hidden_size", cells}});
  const std::string steps = t.Add("Squeeze", {all, t.Int64s("direction", {1})});
  if (time_major) return t.Make(0, AsStored(3), "Identity", {steps});
  t.Make(0, AsStored(3), "Transpose", {steps}, {{"perm", std::vector<std::int64_t>{1, 0, 2}}});
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_UNIDIRECTIONAL_SEQUENCE_LSTM, 20, 24, &SequenceLstm},
};

}  // namespace

std::span<const Operator> RecurrentOperators() { return kRows; }

}  // namespace acc::model::tflite

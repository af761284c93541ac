// SPDX-License-Identifier: BSD-3-Clause
// Lstm and Gru. The file has an input for each gate, the standard one for all gates together.
#include <algorithm>
#include <array>

#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"

namespace acc::dlc {
namespace {

// Steps first; one step where the input has no axis for them.
struct Sequence {
  std::string value;
  std::int64_t batch = 1;
  bool batch_first = false;
};

Sequence ReadSequence(Translation& t) {
  const Shape dims = t.Dims(0);
  if (dims.size() == 2) return {t.AddReshaped(t.Input(0), {1, dims[0], dims[1]}), dims[0], false};
  if (t.Bool("time_major", false)) return {t.Input(0), dims[1], false};
  return {t.Input(0, {1, 0, 2}), dims[0], true};
}

// The gates' tensors one after another, with an axis of length 1 for the direction before them.
std::string Joined(Translation& t, std::vector<std::string> gates) {
  const std::string joined = t.Add("Concat", std::move(gates), {{"axis", 0}});
  return t.Add("Unsqueeze", {joined, t.Int64s("axes", {0})});
}

template <std::size_t N>
std::vector<std::string> Inputs(Translation& t, const std::array<std::size_t, N>& places) {
  std::vector<std::string> inputs;
  for (const std::size_t place : places) {
    t.Check(t.Has(place), "only the form with all gates has a translation");
    inputs.push_back(t.Input(place));
  }
  return inputs;
}

std::string State(Translation& t, std::size_t input, std::int64_t batch, std::int64_t hidden) {
  return t.Has(input) ? t.AddReshaped(t.Input(input), {1, batch, hidden}) : "";
}

Attributes Common(Translation& t, std::int64_t hidden) {
  return {{"hidden_size", hidden},
          {"direction", t.Int("direction", 0) == 0 ? "forward" : "reverse"}};
}

// `all` is the standard's [steps, directions, batch, hidden].
void MakeAllSteps(Translation& t, const Sequence& sequence, const std::string& all) {
  t.MakeReshaped(0, sequence.batch_first ? t.AddTransposed(all, {2, 0, 1, 3}) : all);
}

// The places of QNN's inputs, in the standard's order of gates: input, output, forget, cell.
constexpr std::array<std::size_t, 4> kLstmWeights = {16, 3, 1, 2};
constexpr std::array<std::size_t, 4> kLstmRecurrence = {17, 6, 4, 5};
constexpr std::array<std::size_t, 4> kLstmBiases = {21, 9, 7, 8};
constexpr std::size_t kLstmHidden = 10;
constexpr std::size_t kLstmCell = 11;
// Of normalized gates, peepholes and projections.
constexpr std::array<std::size_t, 9> kLstmExtras = {12, 13, 14, 15, 18, 19, 20, 22, 23};

bool IsPlain(Translation& t) {
  const bool has_extras =
      std::ranges::any_of(kLstmExtras, [&](std::size_t place) { return t.Has(place); });
  const bool clips =
      t.Float("cell_clip_threshold", 0) != 0 || t.Float("output_clip_threshold", 0) != 0;
  return t.Check(!has_extras && !clips,
                 "normalized gates, peepholes, projections and clipping have no translation");
}

void Lstm(Translation& t) {
  constexpr std::size_t kRecurrence = kLstmRecurrence[2];
  if (!IsPlain(t) || !t.CheckRank(0, 2, 3) || !t.CheckRank(kRecurrence, 2, 2)) return;
  const std::int64_t hidden = t.Dims(kRecurrence)[0];
  const Sequence sequence = ReadSequence(t);
  std::vector<std::string> biases = Inputs(t, kLstmBiases);
  biases.push_back(t.Add("Expand", {t.FloatScalar("zero", 0), t.Int64s("shape", {4 * hidden})}));
  const std::vector<std::string> made = t.AddAll(
      "LSTM",
      {sequence.value, Joined(t, Inputs(t, kLstmWeights)), Joined(t, Inputs(t, kLstmRecurrence)),
       Joined(t, std::move(biases)), "", State(t, kLstmHidden, sequence.batch, hidden),
       State(t, kLstmCell, sequence.batch, hidden)},
      3, Common(t, hidden));
  MakeAllSteps(t, sequence, made[0]);
  if (t.OutputCount() > 1) t.MakeReshaped(1, made[2]);
  if (t.OutputCount() > 2) t.MakeReshaped(2, made[1]);
}

// Update, reset, new: also the standard's order.
constexpr std::array<std::size_t, 3> kGruWeights = {1, 2, 3};
constexpr std::array<std::size_t, 3> kGruRecurrence = {4, 5, 6};
constexpr std::array<std::size_t, 6> kGruBiases = {7, 8, 9, 10, 11, 12};
constexpr std::size_t kGruHidden = 13;

void Gru(Translation& t) {
  constexpr std::size_t kRecurrence = kGruRecurrence[0];
  if (!t.CheckRank(0, 2, 3) || !t.CheckRank(kRecurrence, 2, 2)) return;
  const std::int64_t hidden = t.Dims(kRecurrence)[0];
  const Sequence sequence = ReadSequence(t);
  Attributes attributes = Common(t, hidden);
  attributes["linear_before_reset"] = t.Int("linear_before_reset", 0);
  const std::vector<std::string> made = t.AddAll(
      "GRU",
      {sequence.value, Joined(t, Inputs(t, kGruWeights)), Joined(t, Inputs(t, kGruRecurrence)),
       Joined(t, Inputs(t, kGruBiases)), "", State(t, kGruHidden, sequence.batch, hidden)},
      2, std::move(attributes));
  MakeAllSteps(t, sequence, made[0]);
  if (t.OutputCount() > 1) t.MakeReshaped(1, made[1]);
}

constexpr Operator kRows[] = {
    {"Lstm", 18, 24, &Lstm},
    {"Gru", 13, 14, &Gru},
};

}  // namespace

std::span<const Operator> RecurrentOperators() { return kRows; }

}  // namespace acc::dlc

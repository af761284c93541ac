// SPDX-License-Identifier: BSD-3-Clause
// Cells that frozen graphs hold as one op, in their parts. Cells of single ops need nothing here.
#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

// [x, h] * w + b
std::string Gates(Translation& t, const std::string& x, const std::string& h, std::size_t weights,
                  std::size_t bias) {
  const std::string both = t.Add("Concat", {x, h}, {{"axis", std::int64_t{1}}});
  return t.Add("Add", {t.Add("MatMul", {both, t.Input(weights)}), t.Input(bias)});
}

std::vector<std::string> Parts(Translation& t, const std::string& gates, std::size_t count) {
  return t.AddAll("Split", {gates}, count,
                  {{"axis", std::int64_t{1}}, {"num_outputs", static_cast<std::int64_t>(count)}});
}

// Inputs x, cs_prev, h_prev, w, wci, wcf, wco, b; outputs i, cs, f, o, ci, co, h.
void LstmCell(Translation& t) {
  if (!t.Check(!t.Bool("use_peephole", false), "peepholes are not supported")) return;
  const auto gates = Parts(t, Gates(t, t.Input(0), t.Input(2), 3, 7), 4);
  t.MakeOutput(0, "Sigmoid", {gates[0]});
  t.MakeOutput(4, "Tanh", {gates[1]});
  t.MakeOutput(2, "Sigmoid", {t.Add("Add", {gates[2], t.Number(t.Float("forget_bias", 1))})});
  t.MakeOutput(3, "Sigmoid", {gates[3]});
  const std::string kept = t.Add("Mul", {t.Input(1), t.Output(2)});
  const std::string added = t.Add("Mul", {t.Output(4), t.Output(0)});
  const float clip = t.Float("cell_clip", 3);
  if (clip > 0) {
    t.MakeOutput(1, "Clip", {t.Add("Add", {kept, added}), t.Number(-clip), t.Number(clip)});
  } else {
    t.MakeOutput(1, "Add", {kept, added});
  }
  t.MakeOutput(5, "Tanh", {t.Output(1)});
  t.MakeOutput(6, "Mul", {t.Output(3), t.Output(5)});
}

// Inputs x, h_prev, w_ru, w_c, b_ru, b_c; outputs r, u, c, h.
void GruCell(Translation& t) {
  const auto gates = Parts(t, Gates(t, t.Input(0), t.Input(1), 2, 4), 2);
  t.MakeOutput(0, "Sigmoid", {gates[0]});
  t.MakeOutput(1, "Sigmoid", {gates[1]});
  const std::string reset = t.Add("Mul", {t.Input(1), t.Output(0)});
  t.MakeOutput(2, "Tanh", {Gates(t, t.Input(0), reset, 3, 5)});
  const std::string kept = t.Add("Mul", {t.Output(1), t.Input(1)});
  const std::string rest = t.Add("Sub", {t.Number(1), t.Output(1)});
  t.MakeOutput(3, "Add", {kept, t.Add("Mul", {rest, t.Output(2)})});
}

constexpr Operator kRows[] = {
    {"GRUBlockCell", 6, 6, &GruCell},
    {"LSTMBlockCell", 8, 8, &LstmCell},
};

}  // namespace

std::span<const Operator> RecurrentOperators() { return kRows; }

}  // namespace acc::model::tensorflow

// SPDX-License-Identifier: BSD-3-Clause
// Ops on dims, and those that make tensors of given dims.
#include "base/log.h"
#include "base/text.h"
#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

void Reshape(Translation& t) {
  t.Make("Reshape", {t.Input(0), t.AsInt64(1)}, {{"allowzero", std::int64_t{1}}});
}

void Squeeze(Translation& t) {
  Axes axes = t.IntList("squeeze_dims");
  if (axes.empty()) axes = t.IntList("axis");
  t.Make("Squeeze", {t.Input(0), axes.empty() ? "" : t.Int64s(axes)});
}

void ExpandDims(Translation& t) {
  t.Make("Unsqueeze", {t.Input(0), t.Int64s({t.NeedInt(1, "axis")})});
}

void Shape(Translation& t) {
  t.MakeCast(0, t.Add("Shape", {t.Input(0)}), t.Type("out_type", ElementType::kInt32));
}

void Size(Translation& t) {
  t.MakeCast(0, t.Add("Size", {t.Input(0)}), t.Type("out_type", ElementType::kInt32));
}

void Rank(Translation& t) {
  t.MakeCast(0, t.Add("Size", {t.Add("Shape", {t.Input(0)})}), ElementType::kInt32);
}

void Fill(Translation& t) { t.Make("Expand", {t.Input(1), t.AsInt64(0)}); }

void BroadcastTo(Translation& t) { t.Make("Expand", {t.Input(0), t.AsInt64(1)}); }

void ZerosLike(Translation& t) { t.Make("Expand", {t.Number(0), t.Add("Shape", {t.Input(0)})}); }

void OnesLike(Translation& t) { t.Make("Expand", {t.Number(1), t.Add("Shape", {t.Input(0)})}); }

// No two runs make the same: each number is the middle one here, and is not compared. What dropout
// makes of it in inference depends on none of them.
void RandomUniform(Translation& t) {
  LogWarn("op '{}' makes random numbers; the target's are all 0.5", Printable(t.op().def->name()));
  const std::string half = t.Number(0.5, t.Type("dtype"));
  t.builder().DefineTwin(t.Output(0), t.Add("Expand", {half, t.AsInt64(0)}));
}

void Range(Translation& t) { t.Make("Range", t.Inputs(0, 3)); }

constexpr Operator kRows[] = {
    {"BroadcastTo", 2, 2, &BroadcastTo},
    {"ExpandDims", 2, 2, &ExpandDims},
    {"Fill", 2, 2, &Fill},
    {"OnesLike", 1, 1, &OnesLike},
    {"RandomUniform", 1, 1, &RandomUniform},
    {"Range", 3, 3, &Range},
    {"Rank", 1, 1, &Rank},
    {"Reshape", 2, 2, &Reshape},
    {"Shape", 1, 1, &Shape},
    {"Size", 1, 1, &Size},
    {"Squeeze", 1, 1, &Squeeze},
    {"ZerosLike", 1, 1, &ZerosLike},
};

}  // namespace

std::span<const Operator> ShapeOperators() { return kRows; }

}  // namespace acc::model::tensorflow

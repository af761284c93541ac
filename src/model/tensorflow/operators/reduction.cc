// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

std::int64_t KeepDims(Translation& t) {
  return t.Bool("keep_dims", t.Bool("keepdims", false)) ? 1 : 0;
}

// Axes as ONNX takes them: a list.
std::string AxesOf(Translation& t) {
  const auto axes = t.Ints(1);
  if (axes) return t.Int64s(*axes);
  return t.Add("Reshape", {t.AsInt64(1), t.Int64s({-1})});
}

// No axes at all reduce nothing.
Attributes How(Translation& t) {
  return {{"keepdims", KeepDims(t)}, {"noop_with_empty_axes", std::int64_t{1}}};
}

void Reduce(Translation& t, std::string_view op_type) {
  t.Make(op_type, {t.Input(0), AxesOf(t)}, How(t));
}

void Mean(Translation& t) { Reduce(t, "ReduceMean"); }
void Sum(Translation& t) { Reduce(t, "ReduceSum"); }
void Max(Translation& t) { Reduce(t, "ReduceMax"); }
void Min(Translation& t) { Reduce(t, "ReduceMin"); }
void Prod(Translation& t) { Reduce(t, "ReduceProd"); }
void Norm(Translation& t) { Reduce(t, "ReduceL2"); }

void Logical(Translation& t, std::string_view op_type) {
  const std::string numbers = t.AddCast(t.Input(0), ElementType::kInt32);
  t.MakeCast(0, t.Add(op_type, {numbers, AxesOf(t)}, How(t)), ElementType::kBool);
}
void All(Translation& t) { Logical(t, "ReduceMin"); }
void Any(Translation& t) { Logical(t, "ReduceMax"); }

void ArgExtreme(Translation& t, std::string_view op_type) {
  const std::int64_t axis = t.InputCount() < 2 ? 0 : t.NeedInt(1, "dimension");
  const std::string found =
      t.Add(op_type, {t.Input(0)}, {{"axis", axis}, {"keepdims", std::int64_t{0}}});
  t.MakeCast(0, found, t.Type("output_type", ElementType::kInt64));
}
void ArgMax(Translation& t) { ArgExtreme(t, "ArgMax"); }
void ArgMin(Translation& t) { ArgExtreme(t, "ArgMin"); }

void CumulativeSum(Translation& t) {
  t.Make("CumSum", {t.Input(0), t.AsInt64(1)},
         {{"exclusive", std::int64_t{t.Bool("exclusive", false)}},
          {"reverse", std::int64_t{t.Bool("reverse", false)}}});
}

constexpr Operator kRows[] = {
    {"All", 2, 2, &All},
    {"Any", 2, 2, &Any},
    {"ArgMax", 1, 2, &ArgMax},
    {"ArgMin", 1, 2, &ArgMin},
    {"Cumsum", 2, 2, &CumulativeSum},
    {"EuclideanNorm", 2, 2, &Norm},
    {"Max", 2, 2, &Max},
    {"Mean", 2, 2, &Mean},
    {"Min", 2, 2, &Min},
    {"Prod", 2, 2, &Prod},
    {"Sum", 2, 2, &Sum},
};

}  // namespace

std::span<const Operator> ReductionOperators() { return kRows; }

}  // namespace acc::model::tensorflow

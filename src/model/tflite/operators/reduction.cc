// SPDX-License-Identifier: BSD-3-Clause
// Operators that take several elements together: reductions, the place of an extreme, sums so far.
#include <algorithm>
#include <string_view>

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"

namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

// Outputs that keep the reduced axes may be channel-first.
Order OrderWith(Translation& t, bool keeps_dims) {
  return keeps_dims ? t.CommonOrder() : AsStored(t.Rank(0));
}

struct Reduction {
  bool keeps_dims = false;
  Order order;  // Of what is reduced.
  Order made;   // Of the output.
  std::vector<std::int64_t> places;
};

Reduction ReductionOf(Translation& t) {
  Reduction reduction;
  reduction.keeps_dims = t.Option(&schema::ReducerOptions::keep_dims, false);
  reduction.order = OrderWith(t, reduction.keeps_dims);
  const std::size_t rank = reduction.order.size();
  if (!t.CheckRank(0, rank, rank)) return reduction;
  for (const int axis : t.Axes(1, rank)) reduction.places.push_back(PlaceOf(reduction.order, axis));
  std::ranges::sort(reduction.places);
  reduction.made = reduction.keeps_dims ? reduction.order : AsStored(t.OutputDims(0).size());
  return reduction;
}

std::vector<std::string> InputsOf(Translation& t, const Reduction& reduction,
                                  const std::string& value) {
  return {value, t.Int64s("axes", reduction.places)};
}

Attributes AttributesOf(const Reduction& reduction) {
  return {{"keepdims", reduction.keeps_dims ? 1 : 0}, {"noop_with_empty_axes", 1}};
}

void Reduce(Translation& t, std::string_view op_type) {
  const Reduction reduction = ReductionOf(t);
  t.Make(0, reduction.made, op_type, InputsOf(t, reduction, t.Input(0, reduction.order)),
         AttributesOf(reduction));
}

void Largest(Translation& t) { Reduce(t, "ReduceMax"); }
void Mean(Translation& t) { Reduce(t, "ReduceMean"); }
void Product(Translation& t) { Reduce(t, "ReduceProd"); }
void Smallest(Translation& t) { Reduce(t, "ReduceMin"); }
void Sum(Translation& t) { Reduce(t, "ReduceSum"); }

// Of bools, for which the standard has no reduction before opset 20.
void ReduceBools(Translation& t, std::string_view op_type) {
  const Reduction reduction = ReductionOf(t);
  const std::string numbers = t.AddCast(t.Input(0, reduction.order), ElementType::kInt32);
  t.MakeCast(0, reduction.made,
             t.Add(op_type, InputsOf(t, reduction, numbers), AttributesOf(reduction)));
}

void Any(Translation& t) { ReduceBools(t, "ReduceMax"); }
void All(Translation& t) { ReduceBools(t, "ReduceMin"); }

void Extreme(Translation& t, std::string_view op_type) {
  const std::vector<std::int64_t> axis = t.Ints(1, 1);
  const int place = t.Axis(axis[0], t.Rank(0));
  t.MakeCast(0, AsStored(t.OutputDims(0).size()),
             t.Add(op_type, {t.Input(0)}, {{"axis", place}, {"keepdims", 0}}));
}

void ArgMax(Translation& t) { Extreme(t, "ArgMax"); }
void ArgMin(Translation& t) { Extreme(t, "ArgMin"); }

void CumulativeSum(Translation& t) {
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  const std::vector<std::int64_t> axis = t.Ints(1, 1);
  const int place = PlaceOf(order, t.Axis(axis[0], order.size()));
  t.Make(0, order, "CumSum", {t.Input(0, order), t.Int64Scalar("axis", place)},
         {{"exclusive", t.Option(&schema::CumsumOptions::exclusive, false) ? 1 : 0},
          {"reverse", t.Option(&schema::CumsumOptions::reverse, false) ? 1 : 0}});
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_MEAN, 2, 2, &Mean, Kind::kFollowing},
    {schema::BuiltinOperator_SUM, 2, 2, &Sum, Kind::kFollowing},
    {schema::BuiltinOperator_REDUCE_MAX, 2, 2, &Largest, Kind::kFollowing},
    {schema::BuiltinOperator_REDUCE_MIN, 2, 2, &Smallest, Kind::kFollowing},
    {schema::BuiltinOperator_REDUCE_PROD, 2, 2, &Product, Kind::kFollowing},
    {schema::BuiltinOperator_REDUCE_ANY, 2, 2, &Any, Kind::kFollowing},
    {schema::BuiltinOperator_REDUCE_ALL, 2, 2, &All, Kind::kFollowing},
    {schema::BuiltinOperator_ARG_MAX, 2, 2, &ArgMax},
    {schema::BuiltinOperator_ARG_MIN, 2, 2, &ArgMin},
    {schema::BuiltinOperator_CUMSUM, 2, 2, &CumulativeSum, Kind::kFollowing},
};

}  // namespace

std::span<const Operator> ReductionOperators() { return kRows; }

}  // namespace acc::model::tflite

// SPDX-License-Identifier: BSD-3-Clause
// Operators that take several elements together: reductions, the place of an extreme, sums so far.
// The IR's Reduce and Arg say in an attribute which of QNN's operators they are.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>

#include "base/text.h"
#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"

namespace acc::dlc {
namespace {

struct Kind {
  std::string_view type;  // QNN's.
  std::string_view onnx;
};

constexpr Kind kReductions[] = {
    {"ReduceMax", "ReduceMax"}, {"ReduceMean", "ReduceMean"},
    {"ReduceMin", "ReduceMin"}, {"ReduceProd", "ReduceProd"},
    {"ReduceSum", "ReduceSum"}, {"ReduceSumSquare", "ReduceSumSquare"},
};
constexpr Kind kExtremes[] = {{"Argmax", "ArgMax"}, {"Argmin", "ArgMin"}};

template <std::size_t N>
std::string OnnxOperatorOf(Translation& t, std::string_view attribute, const Kind (&kinds)[N]) {
  const std::string type = t.Text(attribute, t.node().type);
  const Kind* kind = std::ranges::find(kinds, type, &Kind::type);
  if (kind != std::end(kinds)) return std::string(kind->onnx);
  t.Fail(fmt::format("its {} '{}' is not known", attribute, Printable(type)));
  return {};
}

// Outputs that keep the reduced axes may be channel-first.
Order OrderWith(Translation& t, bool keeps_dims) {
  return keeps_dims ? t.CommonOrder() : AsStored(t.Rank(0));
}

void Reduce(Translation& t) {
  const std::string op_type = OnnxOperatorOf(t, "reduce_type", kReductions);
  const bool keeps_dims = t.Bool("keep_dims", false);
  const Order order = OrderWith(t, keeps_dims);
  if (!t.CheckRank(0, order.size(), order.size())) return;
  std::vector<std::int64_t> places;
  for (const int axis : t.Axes("axes", order.size())) places.push_back(PlaceOf(order, axis));
  if (!t.HasAttribute("axes")) {
    places.resize(order.size());
    std::iota(places.begin(), places.end(), 0);
  }
  std::ranges::sort(places);
  const Order made = keeps_dims ? order : AsStored(t.OutputDims(0).size());
  t.Make(0, made, op_type, {t.Input(0, order), t.Int64s("axes", places)},
         {{"keepdims", keeps_dims ? 1 : 0}});
}

void Extreme(Translation& t) {
  const std::string op_type = OnnxOperatorOf(t, "arg_type", kExtremes);
  const bool keeps_dims = t.Bool("keep_dims", false);
  const Order order = OrderWith(t, keeps_dims);
  if (!t.CheckRank(0, order.size(), order.size())) return;
  const int place = PlaceOf(order, t.Axis("axis", 0, order.size()));
  const Order made = keeps_dims ? order : AsStored(t.OutputDims(0).size());
  t.MakeCast(
      0, made,
      t.Add(op_type, {t.Input(0, order)}, {{"axis", place}, {"keepdims", keeps_dims ? 1 : 0}}));
}

void CumulativeSum(Translation& t) {
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  const int place = PlaceOf(order, t.Axis("axis", 0, order.size()));
  t.Make(0, order, "CumSum", {t.Input(0, order), t.Int64Scalar("axis", place)},
         {{"exclusive", t.Int("exclusive", 0)}, {"reverse", t.Int("reverse", 0)}});
}

constexpr Operator kRows[] = {
    {"Reduce", 1, 1, &Reduce, kFollowing},
    {"ReduceMax", 1, 1, &Reduce, kFollowing},
    {"ReduceMean", 1, 1, &Reduce, kFollowing},
    {"ReduceMin", 1, 1, &Reduce, kFollowing},
    {"ReduceProd", 1, 1, &Reduce, kFollowing},
    {"ReduceSum", 1, 1, &Reduce, kFollowing},
    {"ReduceSumSquare", 1, 1, &Reduce, kFollowing},
    {"Arg", 1, 1, &Extreme, kFollowing},
    {"Argmax", 1, 1, &Extreme, kFollowing},
    {"Argmin", 1, 1, &Extreme, kFollowing},
    {"CumulativeSum", 1, 1, &CumulativeSum, kFollowing},
};

}  // namespace

std::span<const Operator> ReductionOperators() { return kRows; }

}  // namespace acc::dlc

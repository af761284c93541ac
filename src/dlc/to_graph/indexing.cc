// SPDX-License-Identifier: BSD-3-Clause
// Operators with indices. The file's indices are 32-bit, the standard's mostly 64-bit.
#include <array>
#include <span>
#include <string_view>

#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"

namespace acc::dlc {
namespace {

void Make(Translation& t, std::string_view op_type, std::vector<std::string> inputs,
          Attributes attributes) {
  t.Make(0, AsStored(t.OutputDims(0).size()), op_type, std::move(inputs), std::move(attributes));
}

void Gather(Translation& t) {
  const int axis = t.Axis("axis", 0, t.Rank(0));
  Make(t, "Gather", {t.Input(0), t.InputAs(1, ElementType::kInt64)}, {{"axis", axis}});
}

void GatherElements(Translation& t) {
  const int axis = t.Axis("axis", 0, t.Rank(0));
  Make(t, "GatherElements", {t.Input(0), t.InputAs(1, ElementType::kInt64)}, {{"axis", axis}});
}

void GatherNd(Translation& t) {
  Make(t, "GatherND", {t.Input(0), t.InputAs(1, ElementType::kInt64)},
       {{"batch_dims", t.Int("batch_dims", 0)}});
}

// QNN's numbers are the places in this list; ScatterNd lacks the last one.
constexpr std::array<std::string_view, 4> kReductions = {"none", "add", "mul", "max"};

void ScatterNd(Translation& t) {
  Make(t, "ScatterND", {t.Input(0), t.InputAs(1, ElementType::kInt64), t.Input(2)},
       {{"reduction", t.Choice("reduction", std::span(kReductions).first(3))}});
}

void ScatterElements(Translation& t) {
  const int axis = t.Axis("axis", 0, t.Rank(0));
  Make(t, "ScatterElements", {t.Input(0), t.InputAs(1, ElementType::kInt64), t.Input(2)},
       {{"axis", axis}, {"reduction", t.Choice("reduction", kReductions)}});
}

// Along the last axis; the indices are 32-bit in the file.
void TopK(Translation& t) {
  const std::size_t rank = t.Rank(0);
  const std::vector<std::string> found =
      t.AddAll("TopK", {t.Input(0), t.Int64s("k", {t.Int("k", 1)})}, 2,
               {{"axis", -1}, {"largest", t.Int("largest", 1)}, {"sorted", 1}});
  t.Make(0, AsStored(rank), "Identity", {found[0]});
  if (t.OutputCount() > 1) t.MakeCast(1, AsStored(rank), found[1]);
}

void OneHot(Translation& t) {
  const std::size_t rank = t.OutputDims(0).size();
  const int axis = t.Axis("axis", static_cast<int>(rank) - 1, rank);
  const auto values = FromFloatValues(t.OutputType(0), {2},
                                      std::vector{t.Float("off_value", 0), t.Float("on_value", 1)});
  if (!t.Check(values.ok(), values.status().message())) return;
  Make(t, "OneHot",
       {t.InputAs(0, ElementType::kInt64), t.Int64Scalar("depth", t.Int("depth", 1)),
        t.builder().AddConstant(t.node().outputs[0] + "_values", *values)},
       {{"axis", axis}});
}

// One row for each element found; the standard has one column.
void NonZero(Translation& t) {
  const std::string columns = t.Add("NonZero", {t.Input(0)});
  t.MakeCast(0, AsStored(2), t.AddTransposed(columns, {1, 0}));
}

constexpr Operator kRows[] = {
    {"Gather", 2, 2, &Gather},       {"GatherElements", 2, 2, &GatherElements},
    {"GatherNd", 2, 2, &GatherNd},   {"NonZero", 1, 1, &NonZero},
    {"OneHot", 1, 1, &OneHot},       {"ScatterElements", 3, 3, &ScatterElements},
    {"ScatterNd", 3, 3, &ScatterNd}, {"TopK", 1, 1, &TopK},
};

}  // namespace

std::span<const Operator> IndexingOperators() { return kRows; }

}  // namespace acc::dlc

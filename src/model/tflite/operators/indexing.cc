// SPDX-License-Identifier: BSD-3-Clause
// Operators with indices. The file's indices are mostly 32-bit, the standard's 64-bit.
#include <string_view>

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"

namespace acc::model::tflite {
namespace {

void MakeIndexed(Translation& t, std::string_view op_type, std::vector<std::string> inputs,
                 Attributes attributes = {}) {
  t.Make(0, AsStored(t.OutputDims(0).size()), op_type, std::move(inputs), std::move(attributes));
}

void Gather(Translation& t) {
  using Options = schema::GatherOptions;
  const int axis = t.Axis(t.Option(&Options::axis, 0), t.Rank(0));
  const int batch_dims = t.Option(&Options::batch_dims, 0);
  const std::string indices = t.InputAs(1, ElementType::kInt64);
  if (batch_dims == 0) return MakeIndexed(t, "Gather", {t.Input(0), indices}, {{"axis", axis}});
  const bool is_nd = batch_dims == axis && static_cast<std::size_t>(batch_dims) <= t.Rank(1);
  if (!t.Check(is_nd, "batch dims before another axis have no translation")) return;
  const std::string rows = t.Add("Unsqueeze", {indices, t.Int64s("last", {-1})});
  MakeIndexed(t, "GatherND", {t.Input(0), rows}, {{"batch_dims", batch_dims}});
}

void GatherNd(Translation& t) {
  MakeIndexed(t, "GatherND", {t.Input(0), t.InputAs(1, ElementType::kInt64)});
}

// Elements without an update are 0; of several updates the sum counts.
void ScatterNd(Translation& t) {
  const auto zero = FromFloatValues(t.InputType(1), {}, std::vector{0.0F});
  if (!t.Check(zero.ok(), zero.status().message())) return;
  const std::string zeros =
      t.Add("Expand", {t.builder().AddConstant(t.stored().outputs[0] + "_zero", *zero),
                       t.InputAs(2, ElementType::kInt64)});
  MakeIndexed(t, "ScatterND", {zeros, t.InputAs(0, ElementType::kInt64), t.Input(1)},
              {{"reduction", "add"}});
}

// Along the last axis.
void TopK(Translation& t) {
  const std::size_t rank = t.Rank(0);
  const std::string count =
      t.Add("Reshape", {t.InputAs(1, ElementType::kInt64), t.Int64s("one", {1})});
  const std::vector<std::string> found =
      t.AddAll("TopK", {t.Input(0), count}, 2, {{"axis", -1}, {"largest", 1}, {"sorted", 1}});
  t.Make(0, AsStored(rank), "Identity", {found[0]});
  if (t.OutputCount() > 1) t.MakeCast(1, AsStored(rank), found[1]);
}

// Indices, depth, what is written at the index and elsewhere.
void OneHot(Translation& t) {
  const std::size_t rank = t.OutputDims(0).size();
  const int axis = t.Axis(t.Option(&schema::OneHotOptions::axis, -1), rank);
  const std::string one = t.Int64s("one", {1});
  const std::string values =
      t.Add("Concat", {t.Add("Reshape", {t.Input(3), one}), t.Add("Reshape", {t.Input(2), one})},
            {{"axis", 0}});
  MakeIndexed(t, "OneHot",
              {t.InputAs(0, ElementType::kInt64), t.InputAs(1, ElementType::kInt64), values},
              {{"axis", axis}});
}

// One row for each element found; the standard has one column.
void Where(Translation& t) {
  const std::string columns = t.Add("NonZero", {t.Input(0)});
  t.MakeCast(0, AsStored(2), t.AddTransposed(columns, {1, 0}));
}

// Rows of the second input.
void EmbeddingLookup(Translation& t) {
  MakeIndexed(t, "Gather", {t.Input(1), t.InputAs(0, ElementType::kInt64)}, {{"axis", 0}});
}

// Boxes and scores become the standard's, of one image and one class; what it selects is filled up
// with zeros to the number asked for.
// Where the boxes are that stay, of the best score first, filled with 0 up to the number that may
// stay; and how many do.
struct Selected {
  std::string places;
  std::string count;
};

Selected Select(Translation& t) {
  const std::string one = t.Int64s("one", {1});
  const std::string most = t.Add("Reshape", {t.InputAs(2, ElementType::kInt64), one});
  const std::string zero = t.Int64s("zero", {0});
  const std::string boxes = t.Add("Unsqueeze", {t.Input(0), zero});
  const std::string scores = t.Add("Unsqueeze", {t.Input(1), t.Int64s("both", {0, 1})});
  const std::string found =
      t.Add("NonMaxSuppression", {boxes, scores, most, t.Add("Reshape", {t.Input(3), one}),
                                  t.Add("Reshape", {t.Input(4), one})});
  const std::string places =
      t.Add("Reshape", {t.Add("Slice", {found, t.Int64s("from", {2}), t.Int64s("to", {3}), one}),
                        t.Int64s("all", {-1})});
  const std::string filling = t.Add("Expand", {zero, most});
  return {.places =
              t.Add("Slice", {t.Add("Concat", {places, filling}, {{"axis", 0}}), zero, most, zero}),
          .count = t.Add("Shape", {places})};
}

void MakeCount(Translation& t, std::size_t output, const Selected& selected) {
  t.MakeCast(output, AsStored(0), t.Add("Reshape", {selected.count, t.Int64s("scalar", {})}));
}

void NonMaxSuppression(Translation& t) {
  const Selected selected = Select(t);
  t.MakeCast(0, AsStored(1), selected.places);
  MakeCount(t, 1, selected);
}

bool IsZero(Translation& t, std::size_t input) {
  if (!t.IsConstant(input)) return false;
  const auto value = t.builder().Constant(t.stored().inputs[input]);
  return value.ok() && value->type() == ElementType::kFloat32 && value->size() == 1 &&
         value->values<float>()[0] == 0;
}

// The same with the scores of what stays, which soft suppression would lower.
void ScoredNonMaxSuppression(Translation& t) {
  if (!t.Check(IsZero(t, 5), "soft suppression, which lowers scores, has no translation")) return;
  const Selected selected = Select(t);
  t.MakeCast(0, AsStored(1), selected.places);
  const std::string scores = t.Add("Gather", {t.Input(1), selected.places}, {{"axis", 0}});
  const std::string most =
      t.Add("Reshape", {t.InputAs(2, ElementType::kInt64), t.Int64s("scalar", {})});
  const std::string all =
      t.Add("Range", {t.Int64Scalar("first", 0), most, t.Int64Scalar("step", 1)});
  t.Make(1, AsStored(1), "Where",
         {t.Add("Less", {all, selected.count}), scores, t.FloatScalar("nothing", 0)});
  MakeCount(t, 2, selected);
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_GATHER, 2, 2, &Gather},
    {schema::BuiltinOperator_GATHER_ND, 2, 2, &GatherNd},
    {schema::BuiltinOperator_SCATTER_ND, 3, 3, &ScatterNd},
    {schema::BuiltinOperator_TOPK_V2, 2, 2, &TopK},
    {schema::BuiltinOperator_ONE_HOT, 4, 4, &OneHot},
    {schema::BuiltinOperator_WHERE, 1, 1, &Where},
    {schema::BuiltinOperator_NON_MAX_SUPPRESSION_V4, 5, 5, &NonMaxSuppression},
    {schema::BuiltinOperator_NON_MAX_SUPPRESSION_V5, 6, 6, &ScoredNonMaxSuppression},
    {schema::BuiltinOperator_EMBEDDING_LOOKUP, 2, 2, &EmbeddingLookup},
};

}  // namespace

std::span<const Operator> IndexingOperators() { return kRows; }

}  // namespace acc::model::tflite

// SPDX-License-Identifier: BSD-3-Clause
// Ops that look values up, choose the best or scatter.
#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

void Gather(Translation& t) { t.Make("Gather", {t.Input(0), t.Input(1)}); }

void GatherV2(Translation& t) {
  if (!t.Check(t.Int("batch_dims", 0) == 0, "batch_dims are not supported")) return;
  t.Make("Gather", {t.Input(0), t.Input(1)}, {{"axis", t.NeedInt(2, "axis")}});
}

void GatherNd(Translation& t) { t.Make("GatherND", {t.Input(0), t.AsInt64(1)}); }

void ScatterNd(Translation& t) {
  const std::string zeros = t.Add("Expand", {t.Number(0), t.AsInt64(2)});
  t.Make("ScatterND", {zeros, t.AsInt64(0), t.Input(1)}, {{"reduction", "add"}});
}

void Best(Translation& t, const std::string& count) {
  const auto found = t.AddAll("TopK", {t.Input(0), count}, 2, {{"axis", std::int64_t{-1}}});
  t.MakeOutput(0, "Identity", {found[0]});
  t.MakeCast(1, found[1], t.Type("index_type", ElementType::kInt32));
}

void TopKV2(Translation& t) {
  const auto count = t.Ints(1);
  Best(t, count ? t.Int64s(*count) : t.Add("Reshape", {t.AsInt64(1), t.Int64s({1})}));
}

void TopK(Translation& t) { Best(t, t.Int64s({t.Int("k", 1)})); }

void OneHot(Translation& t) {
  const std::string off = t.Add("Reshape", {t.Input(3), t.Int64s({1})});
  const std::string on = t.Add("Reshape", {t.Input(2), t.Int64s({1})});
  const std::string values = t.Add("Concat", {off, on}, {{"axis", std::int64_t{0}}});
  t.Make("OneHot", {t.AsInt64(0), t.AsInt64(1), values}, {{"axis", t.Int("axis", -1)}});
}

// The standard's takes batches and classes, and gives triples.
void SelectBoxes(Translation& t, const std::string& most, std::vector<std::string> thresholds) {
  const std::string boxes = t.Add("Unsqueeze", {t.Input(0), t.Int64s({0})});
  const std::string scores = t.Add("Unsqueeze", {t.Input(1), t.Int64s({0, 1})});
  std::vector<std::string> inputs = {boxes, scores, most};
  for (std::string& threshold : thresholds) {
    inputs.push_back(t.Add("Reshape", {threshold, t.Int64s({1})}));
  }
  const std::string triples = t.Add("NonMaxSuppression", inputs);
  t.MakeCast(0, t.Add("Gather", {triples, t.Int64(2)}, {{"axis", std::int64_t{1}}}),
             ElementType::kInt32);
}

std::string MostBoxes(Translation& t) { return t.Add("Reshape", {t.AsInt64(2), t.Int64s({1})}); }

void NonMaxSuppression(Translation& t) {
  SelectBoxes(t, MostBoxes(t), {t.Number(t.Float("iou_threshold", 0.5F), ElementType::kFloat32)});
}
void NonMaxSuppressionV2(Translation& t) { SelectBoxes(t, MostBoxes(t), {t.Input(3)}); }
void NonMaxSuppressionV3(Translation& t) { SelectBoxes(t, MostBoxes(t), {t.Input(3), t.Input(4)}); }

constexpr Operator kRows[] = {
    {"Gather", 2, 2, &Gather},
    {"GatherNd", 2, 2, &GatherNd},
    {"GatherV2", 3, 3, &GatherV2},
    {"NonMaxSuppression", 3, 3, &NonMaxSuppression},
    {"NonMaxSuppressionV2", 4, 4, &NonMaxSuppressionV2},
    {"NonMaxSuppressionV3", 5, 5, &NonMaxSuppressionV3},
    {"OneHot", 4, 4, &OneHot},
    {"ScatterNd", 3, 3, &ScatterNd},
    {"TopK", 1, 1, &TopK},
    {"TopKV2", 2, 2, &TopKV2},
};

}  // namespace

std::span<const Operator> IndexingOperators() { return kRows; }

}  // namespace acc::model::tensorflow

// SPDX-License-Identifier: BSD-3-Clause
// Ops that look values up, choose the best or scatter.
#include <algorithm>

#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

void Gather(Translation& t) { t.Make("Gather", {t.Input(0), t.Input(1)}); }

void GatherV2(Translation& t) {
  const std::int64_t batch = t.Int("batch_dims", 0);
  const std::int64_t axis = t.NeedInt(2, "axis");
  if (batch == 0) return t.Make("Gather", {t.Input(0), t.Input(1)}, {{"axis", axis}});
  if (!t.Check(batch > 0 && axis == batch, "its axis is not the first one after its batch_dims"))
    return;
  const std::string places = t.Add("Unsqueeze", {t.AsInt64(1), t.Int64s({-1})});
  t.Make("GatherND", {t.Input(0), places}, {{"batch_dims", batch}});
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
std::string SelectedBoxes(Translation& t, const std::string& most,
                          std::vector<std::string> thresholds) {
  const std::string boxes = t.Add("Unsqueeze", {t.Input(0), t.Int64s({0})});
  const std::string scores = t.Add("Unsqueeze", {t.Input(1), t.Int64s({0, 1})});
  std::vector<std::string> inputs = {boxes, scores, most};
  for (std::string& threshold : thresholds) {
    inputs.push_back(t.Add("Reshape", {threshold, t.Int64s({1})}));
  }
  const std::string triples = t.Add("NonMaxSuppression", inputs);
  return t.Add("Gather", {triples, t.Int64(2)}, {{"axis", std::int64_t{1}}});
}

void SelectBoxes(Translation& t, const std::string& most, std::vector<std::string> thresholds) {
  t.MakeCast(0, SelectedBoxes(t, most, std::move(thresholds)), ElementType::kInt32);
}

std::string MostBoxes(Translation& t) { return t.Add("Reshape", {t.AsInt64(2), t.Int64s({1})}); }

void NonMaxSuppression(Translation& t) {
  SelectBoxes(t, MostBoxes(t), {t.Number(t.Float("iou_threshold", 0.5F), ElementType::kFloat32)});
}
void NonMaxSuppressionV2(Translation& t) { SelectBoxes(t, MostBoxes(t), {t.Input(3)}); }
void NonMaxSuppressionV3(Translation& t) { SelectBoxes(t, MostBoxes(t), {t.Input(3), t.Input(4)}); }

// Those that later versions make besides: the number of boxes, and padding up to the most.
void MakeCounted(Translation& t, const std::string& boxes, std::size_t count_port) {
  const std::string count = t.Add("Size", {boxes});
  if (t.Bool("pad_to_max_output_size", false)) {
    const std::string lacking =
        t.Add("Sub", {MostBoxes(t), t.Add("Reshape", {count, t.Int64s({1})})});
    const std::string pads = t.Add("Concat", {t.Int64s({0}), lacking}, {{"axis", std::int64_t{0}}});
    t.MakeCast(0, t.Add("Pad", {boxes, pads}), ElementType::kInt32);
  } else {
    t.MakeCast(0, boxes, ElementType::kInt32);
  }
  t.MakeCast(count_port, count, ElementType::kInt32);
}

void NonMaxSuppressionV4(Translation& t) {
  MakeCounted(t, SelectedBoxes(t, MostBoxes(t), {t.Input(3), t.Input(4)}), 1);
}

void NonMaxSuppressionV5(Translation& t) {
  const Tensor* sigma = t.Constant(5);
  const bool is_hard =
      sigma != nullptr && sigma->size() == 1 &&
      std::ranges::all_of(sigma->bytes(), [](auto b) { return b == std::byte{0}; });
  if (!t.Check(is_hard, "its soft_nms_sigma is not 0")) return;
  const bool is_padded = t.Bool("pad_to_max_output_size", false);
  if (!t.Check(!is_padded, "its padding is not supported")) return;
  const std::string boxes = SelectedBoxes(t, MostBoxes(t), {t.Input(3), t.Input(4)});
  MakeCounted(t, boxes, 2);
  t.MakeOutput(1, "Gather", {t.Input(1), boxes});
}

constexpr Operator kRows[] = {
    {"Gather", 2, 2, &Gather},
    {"GatherNd", 2, 2, &GatherNd},
    {"GatherV2", 3, 3, &GatherV2},
    {"NonMaxSuppression", 3, 3, &NonMaxSuppression},
    {"NonMaxSuppressionV2", 4, 4, &NonMaxSuppressionV2},
    {"NonMaxSuppressionV3", 5, 5, &NonMaxSuppressionV3},
    {"NonMaxSuppressionV4", 5, 5, &NonMaxSuppressionV4},
    {"NonMaxSuppressionV5", 6, 6, &NonMaxSuppressionV5},
    {"OneHot", 4, 4, &OneHot},
    {"ScatterNd", 3, 3, &ScatterNd},
    {"TopK", 1, 1, &TopK},
    {"TopKV2", 2, 2, &TopKV2},
};

}  // namespace

std::span<const Operator> IndexingOperators() { return kRows; }

}  // namespace acc::model::tensorflow

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <vector>

#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"
#include "tensor/claimed_size.h"

namespace acc::dlc {
namespace {

constexpr float kUsualEpsilon = 1e-12F;

std::string Filled(Translation& t, std::string_view wish, std::int64_t count, float value) {
  return t.Floats(wish, {count}, std::vector<float>(static_cast<std::size_t>(count), value));
}

// One float a channel: what `input` holds, or `fallback` where it is left out.
std::string PerChannel(Translation& t, std::size_t input, std::int64_t channels, float fallback) {
  return t.Has(input) ? t.Input(input)
                      : Filled(t, fallback == 0 ? "zeros" : "ones", channels, fallback);
}

bool CheckChannels(Translation& t, std::size_t least_rank, std::size_t most_rank) {
  return t.CheckRank(0, least_rank, most_rank) &&
         t.Check(t.Dims(0).back() > 0 && t.Dims(0).back() <= kMostClaimed,
                 "its channels cannot be counted");
}

// scale * input + bias: ONNX's operator with a mean of 0 and a variance of 1.
void BatchNorm(Translation& t) {
  if (!CheckChannels(t, 2, 5)) return;
  const std::int64_t channels = t.Dims(0).back();
  t.Make(0, ChannelFirst(t.Rank(0)), "BatchNormalization",
         {t.InputChannelFirst(0), t.Input(1), PerChannel(t, 2, channels, 0),
          Filled(t, "mean", channels, 0), Filled(t, "variance", channels, 1)},
         {{"epsilon", 0.0F}});
}

void InstanceNorm(Translation& t) {
  if (!CheckChannels(t, 3, 5)) return;
  const bool is_usual = t.Int("mode", 0) == 0 && t.Int("region", 0) == 0;
  if (!t.Check(is_usual && t.Bool("normalize_variance", true),
               "only the mode that subtracts the mean and divides by the deviation of each "
               "channel has a translation")) {
    return;
  }
  const std::int64_t channels = t.Dims(0).back();
  t.Make(0, ChannelFirst(t.Rank(0)), "InstanceNormalization",
         {t.InputChannelFirst(0), PerChannel(t, 1, channels, 1), PerChannel(t, 2, channels, 0)},
         {{"epsilon", t.Float("epsilon", kUsualEpsilon)}});
}

// Makes the output of `value`, times input 1 and plus input 2 where they are given.
void MakeScaled(Translation& t, const Order& order, const std::string& value) {
  const std::string scaled = t.Has(1) ? t.Add("Mul", {value, t.Input(1, order)}) : value;
  if (t.Has(2)) return t.Make(0, order, "Add", {scaled, t.Input(2, order)});
  t.Make(0, order, "Identity", {scaled});
}

// Each group is an instance of InstanceNormalization; scale and bias are per channel.
void GroupNorm(Translation& t) {
  if (!CheckChannels(t, 3, 5)) return;
  const std::size_t rank = t.Rank(0);
  const std::int64_t groups = t.Int("group", 1);
  if (!t.Check(groups > 0 && t.Dims(0).back() % groups == 0, "its groups do not divide channels")) {
    return;
  }
  const Order order = ChannelFirst(rank);
  const std::string grouped = t.AddReshaped(t.InputChannelFirst(0), {t.Dims(0)[0], groups, -1});
  const std::string normal =
      t.Add("InstanceNormalization",
            {grouped, Filled(t, "ones", groups, 1), Filled(t, "zeros", groups, 0)},
            {{"epsilon", t.Float("epsilon", kUsualEpsilon)}});
  MakeScaled(t, order, t.AddReshaped(normal, Permute(t.Dims(0), order)));
}

bool AreLast(std::vector<int> axes, std::size_t rank) {
  std::ranges::sort(axes);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] != static_cast<int>(rank - axes.size() + i)) return false;
  }
  return !axes.empty();
}

bool TakeLastAxes(Translation& t, std::vector<int>& axes) {
  axes = t.Axes("axes", t.Rank(0));
  return t.Check(AreLast(axes, t.Rank(0)), "only its last axes can be normalized");
}

void LayerNorm(Translation& t) {
  std::vector<int> axes;
  if (!TakeLastAxes(t, axes)) return;
  std::string scale = t.Input(1);
  if (!t.Has(1)) {
    Shape dims(t.Dims(0).end() - static_cast<std::ptrdiff_t>(axes.size()), t.Dims(0).end());
    scale = t.Add("Expand", {t.FloatScalar("one", 1), t.Int64s("shape", dims)});
  }
  t.Make(0, AsStored(t.Rank(0)), "LayerNormalization", {t.Input(0), scale, t.Input(2)},
         {{"axis", std::int64_t{*std::ranges::min_element(axes)}},
          {"epsilon", t.Float("epsilon", kUsualEpsilon)}});
}

std::string Squares(Translation& t, const std::string& input) {
  return t.Add("Mul", {input, input});
}

void RmsNorm(Translation& t) {
  std::vector<int> axes;
  if (!TakeLastAxes(t, axes)) return;
  const std::string input = t.Input(0);
  const std::string mean =
      t.Add("ReduceMean", {Squares(t, input), t.Int64s("axes", {axes.begin(), axes.end()})});
  const float epsilon = t.Float("epsilon", kUsualEpsilon);
  const std::string root = t.Add("Sqrt", {t.Add("Add", {mean, t.FloatScalar("epsilon", epsilon)})});
  MakeScaled(t, AsStored(t.Rank(0)), t.Add("Div", {input, root}));
}

// The sum of squares is not let below epsilon.
void L2Norm(Translation& t) {
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, 1, order.size())) return;
  std::vector<std::int64_t> places;
  for (const int axis : t.Axes("axes", t.Rank(0))) places.push_back(PlaceOf(order, axis));
  if (places.empty()) {
    const int last = static_cast<int>(t.Rank(0)) - 1;
    places.push_back(PlaceOf(order, t.Axis("axis", last, t.Rank(0))));
  }
  const std::string input = t.Input(0, order);
  const std::string sum = t.Add("ReduceSum", {Squares(t, input), t.Int64s("axes", places)});
  const std::string least = t.FloatScalar("epsilon", t.Float("epsilon", kUsualEpsilon));
  t.Make(0, order, "Div", {input, t.Add("Sqrt", {t.Add("Max", {sum, least})})});
}

// The standard divides alpha by the size of the window.
void LocalResponse(Translation& t) {
  if (!t.CheckRank(0, 3, 5)) return;
  const std::int64_t radius = t.Int("radius", 0);
  if (!t.Check(t.Int("region", 0) == 0, "only a window across channels has a translation") ||
      !t.Check(radius >= 0 && radius <= t.Dims(0).back(), "its radius is impossible")) {
    return;
  }
  const std::int64_t size = 2 * radius + 1;
  t.Make(0, ChannelFirst(t.Rank(0)), "LRN", {t.InputChannelFirst(0)},
         {{"size", size},
          {"alpha", t.Float("alpha", 1) * static_cast<float>(size)},
          {"beta", t.Float("beta", 0.5F)},
          {"bias", t.Float("bias", 1)}});
}

constexpr Operator kRows[] = {
    {"Batchnorm", 2, 3, &BatchNorm, kSpatial},
    {"InstanceNorm", 1, 3, &InstanceNorm, kSpatial},
    {"GroupNorm", 1, 3, &GroupNorm, kSpatial},
    {"LayerNorm", 1, 3, &LayerNorm},
    {"RmsNorm", 1, 3, &RmsNorm},
    {"L2Norm", 1, 1, &L2Norm, kFollowing},
    {"Lrn", 1, 1, &LocalResponse, kSpatial},
};

}  // namespace

std::span<const Operator> NormalizationOperators() { return kRows; }

}  // namespace acc::dlc

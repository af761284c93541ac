// SPDX-License-Identifier: BSD-3-Clause
// Pooling. The IR's Pool and Pool3d say in "pool_type" which of QNN's operators they are.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"
#include "model/translation/movement.h"

namespace acc::dlc {
namespace {

Attributes Window(Translation& t) {
  const std::size_t spatial = t.Rank(0) - 2;
  Attributes attributes;
  attributes["kernel_shape"] = t.Ints("filter_size", spatial, 1);
  attributes["strides"] = t.Ints("stride", spatial, 1);
  attributes["pads"] = model::OnnxPads(t.Ints("pad_amount", 2 * spatial, 0));
  attributes["ceil_mode"] = t.Int("rounding_mode", 0);
  return attributes;
}

// One window over the whole image.
bool IsGlobal(Translation& t) {
  const Shape& dims = t.Dims(0);
  const std::vector<std::int64_t> pads = t.Ints("pad_amount", 2 * (dims.size() - 2), 0);
  const std::vector<std::int64_t> window = t.Ints("filter_size", dims.size() - 2, 1);
  return std::equal(window.begin(), window.end(), dims.begin() + 1) &&
         std::ranges::all_of(pads, [](std::int64_t pad) { return pad == 0; });
}

// Runtimes add up a global average with more care than a window's.
void Average(Translation& t) {
  if (!t.CheckRank(0, 3, 5)) return;
  if (IsGlobal(t)) {
    t.Make(0, ChannelFirst(t.Rank(0)), "GlobalAveragePool", {t.InputChannelFirst(0)});
    return;
  }
  Attributes attributes = Window(t);
  attributes["count_include_pad"] = t.Int("count_pad_for_edges", 0);
  t.Make(0, ChannelFirst(t.Rank(0)), "AveragePool", {t.InputChannelFirst(0)},
         std::move(attributes));
}

void Largest(Translation& t) {
  if (!t.CheckRank(0, 3, 5)) return;
  Attributes attributes = Window(t);
  attributes["dilations"] = t.Ints("dilation", t.Rank(0) - 2, 1);
  t.Make(0, ChannelFirst(t.Rank(0)), "MaxPool", {t.InputChannelFirst(0)}, std::move(attributes));
}

// The root of the mean square; ONNX's LpPool takes that of the sum.
void RootMeanSquare(Translation& t) {
  if (!t.CheckRank(0, 3, 5)) return;
  const std::string input = t.InputChannelFirst(0);
  const std::string mean = t.Add("AveragePool", {t.Add("Mul", {input, input})}, Window(t));
  t.Make(0, ChannelFirst(t.Rank(0)), "Sqrt", {mean});
}

struct Kind {
  std::string_view name;
  void (*translate)(Translation&);
};

constexpr Kind kKinds[] = {
    {"PoolAvg2d", &Average}, {"PoolAvg3d", &Average},       {"PoolMax2d", &Largest},
    {"PoolMax3d", &Largest}, {"L2Pool2d", &RootMeanSquare},
};

void OfKind(Translation& t) {
  const std::string wanted = t.Text("pool_type", "");
  for (const Kind& kind : kKinds) {
    if (kind.name == wanted) return kind.translate(t);
  }
  t.Fail(fmt::format("its pool_type '{}' is not known", Printable(wanted)));
}

constexpr Operator kRows[] = {
    {"Pool", 1, 1, &OfKind, kSpatial},
    {"Pool3d", 1, 1, &OfKind, kSpatial},
    {"PoolAvg2d", 1, 1, &Average, kSpatial},
    {"PoolAvg3d", 1, 1, &Average, kSpatial},
    {"PoolMax2d", 1, 1, &Largest, kSpatial},
    {"PoolMax3d", 1, 1, &Largest, kSpatial},
    {"L2Pool2d", 1, 1, &RootMeanSquare, kSpatial},
};

}  // namespace

std::span<const Operator> PoolOperators() { return kRows; }

}  // namespace acc::dlc

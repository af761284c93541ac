// SPDX-License-Identifier: BSD-3-Clause
// Ops that join, split, pad, repeat and reorder.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/text.h"
#include "model/tensorflow/operators.h"
#include "model/tensorflow/operators/layout.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

void ConcatV2(Translation& t) {
  const std::size_t values = t.InputCount() - 1;
  t.Make("Concat", t.Inputs(0, values), {{"axis", t.NeedInt(values, "axis")}});
}

void Concat(Translation& t) {
  t.Make("Concat", t.Inputs(1, t.InputCount() - 1), {{"axis", t.NeedInt(0, "axis")}});
}

void Pack(Translation& t) {
  const std::int64_t axis = t.Int("axis", 0);
  std::vector<std::string> parts;
  PartialInts known;
  for (std::size_t i = 0; i < t.InputCount(); ++i) {
    const auto values = t.Ints(i);
    const bool is_number = values && values->size() == 1;
    known.push_back(is_number ? std::optional(values->front()) : std::nullopt);
    parts.push_back(t.Add("Unsqueeze", {t.Input(i), t.Int64s({axis})}));
  }
  t.builder().SetPartial(t.Output(0), std::move(known));
  t.Make("Concat", parts, {{"axis", axis}});
}

void Unpack(Translation& t) {
  const std::int64_t axis = t.Int("axis", 0);
  const std::size_t count = t.op().outputs;
  const auto parts = t.AddAll("Split", {t.Input(0)}, count,
                              {{"axis", axis}, {"num_outputs", static_cast<std::int64_t>(count)}});
  for (std::size_t port = 0; port < count; ++port) {
    t.MakeOutput(port, "Squeeze", {parts[port], t.Int64s({axis})});
  }
}

void Split(Translation& t) {
  t.MakeAll(
      "Split", {t.Input(1)},
      {{"axis", t.NeedInt(0, "axis")}, {"num_outputs", static_cast<std::int64_t>(t.op().outputs)}});
}

// One part may be -1: what the others leave, which the graph computes.
void SplitV(Translation& t) {
  const std::int64_t axis = t.NeedInt(2, "axis");
  const auto sizes = t.Ints(1);
  std::string parts = t.AsInt64(1);
  if (sizes && std::ranges::find(*sizes, -1) != sizes->end()) {
    std::int64_t known = 1;
    Axes base;
    Axes rest;
    for (const std::int64_t size : *sizes) {
      known += size;
      base.push_back(size < 0 ? 0 : size);
      rest.push_back(size < 0 ? 1 : 0);
    }
    const std::string whole = t.Add("Gather", {t.Add("Shape", {t.Input(0)}), t.Int64(axis)});
    const std::string left = t.Add("Sub", {whole, t.Int64(known)});
    parts = t.Add("Add", {t.Int64s(base), t.Add("Mul", {t.Int64s(rest), left})});
  }
  t.MakeAll("Split", {t.Input(0), parts}, {{"axis", axis}});
}

void Transpose(Translation& t) {
  t.Make("Transpose", {t.Input(0)}, {{"perm", t.NeedInts(1, "perm")}});
}

void Tile(Translation& t) { t.Make("Tile", {t.Input(0), t.AsInt64(1)}); }

// Pairs of both sides, axis by axis, become all beginnings before all ends.
std::string Pads(Translation& t) {
  const auto pairs = t.Ints(1);
  if (!pairs) {
    const std::string sides = t.Add("Transpose", {t.AsInt64(1)}, {{"perm", Axes{1, 0}}});
    return t.Add("Reshape", {sides, t.Int64s({-1})});
  }
  Axes pads;
  for (std::size_t i = 0; i < pairs->size(); i += 2) pads.push_back((*pairs)[i]);
  for (std::size_t i = 1; i < pairs->size(); i += 2) pads.push_back((*pairs)[i]);
  return t.Int64s(pads);
}

void Pad(Translation& t) { t.Make("Pad", {t.Input(0), Pads(t)}); }

void PadV2(Translation& t) { t.Make("Pad", {t.Input(0), Pads(t), t.Input(2)}); }

// The `count` values at one end of an axis, the last one first.
std::string Mirrored(Translation& t, const std::string& value, std::int64_t axis,
                     std::int64_t count, bool at_end) {
  constexpr std::int64_t kBeforeBegin = std::numeric_limits<std::int64_t>::min();
  return t.Add("Slice",
               {value, t.Int64s({at_end ? -1 : count - 1}),
                t.Int64s({at_end ? -1 - count : kBeforeBegin}), t.Int64s({axis}), t.Int64s({-1})});
}

// The edge itself is repeated, for which the standard has no mode.
void PadSymmetrically(Translation& t) {
  const Axes pairs = t.NeedInts(1, "paddings");
  if (!t.Check(pairs.size() % 2 == 0 && std::ranges::none_of(pairs, [](auto p) { return p < 0; }),
               "its paddings are no pairs"))
    return;
  std::string value = t.Input(0);
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    const auto axis = static_cast<std::int64_t>(i / 2);
    std::vector<std::string> parts = {value};
    if (pairs[i] > 0) parts.insert(parts.begin(), Mirrored(t, value, axis, pairs[i], false));
    if (pairs[i + 1] > 0) parts.push_back(Mirrored(t, value, axis, pairs[i + 1], true));
    if (parts.size() > 1) value = t.Add("Concat", parts, {{"axis", axis}});
  }
  t.Make("Identity", {value});
}

void MirrorPad(Translation& t) {
  const std::string mode = t.Text("mode", "REFLECT");
  if (mode == "SYMMETRIC") return PadSymmetrically(t);
  if (!t.Check(mode == "REFLECT", fmt::format("its mode '{}' is not supported", Printable(mode))))
    return;
  t.Make("Pad", {t.Input(0), Pads(t)}, {{"mode", "reflect"}});
}

void Reverse(Translation& t) {
  const Axes axes = t.NeedInts(1, "axis");
  const Axes starts(axes.size(), -1);
  const Axes ends(axes.size(), std::numeric_limits<std::int64_t>::min());
  t.Make("Slice", {t.Input(0), t.Int64s(starts), t.Int64s(ends), t.Int64s(axes), t.Int64s(starts)});
}

constexpr Operator kRows[] = {
    {"Concat", 2, kAnyNumber, &Concat},
    {"ConcatV2", 2, kAnyNumber, &ConcatV2},
    {"MirrorPad", 2, 2, &MirrorPad},
    {"Pack", 1, kAnyNumber, &Pack},
    {"Pad", 2, 2, &Pad},
    {"PadV2", 3, 3, &PadV2},
    {"ReverseV2", 2, 2, &Reverse},
    {"Split", 2, 2, &Split},
    {"SplitV", 3, 3, &SplitV},
    {"Tile", 2, 2, &Tile},
    {"Transpose", 2, 2, &Transpose},
    {"Unpack", 1, 1, &Unpack},
};

}  // namespace

std::span<const Operator> MovementOperators() { return kRows; }

}  // namespace acc::model::tensorflow

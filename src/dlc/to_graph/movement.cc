// SPDX-License-Identifier: BSD-3-Clause
// Operators that move elements without looking at them.
#include "model/translation/movement.h"

#include <algorithm>

#include "dlc/to_graph/axis_orders.h"
#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"

namespace acc::dlc {
namespace {

// What the new dims are, the output says; which axes come and go follows from it.
void Reshape(Translation& t) {
  const Shape dims = t.OutputDims(0);
  if (!t.ok()) return;
  const Order made = t.builder().PlannedOrder(t.node().outputs[0]);
  const bool is_image = made != AsStored(made.size()) && DifferByHeight(t.Dims(0), dims);
  if (is_image) return t.MakeReshaped(0, made, t.Input(0, ChannelFirst(t.Rank(0))));
  t.MakeReshaped(0, t.Input(0));
}

void Transpose(Translation& t) { model::MakeTransposed(t, t.Ints("perm", t.Rank(0), 0)); }

void Concat(Translation& t) {
  const Order order = t.CommonOrder();
  const int axis = PlaceOf(order, t.Axis("axis", 0, order.size()));
  std::vector<std::string> inputs;
  for (std::size_t input = 0; input < t.InputCount() && t.ok(); ++input) {
    if (t.CheckRank(input, order.size(), order.size())) inputs.push_back(t.Input(input, order));
  }
  t.Make(0, order, "Concat", std::move(inputs), {{"axis", axis}});
}

// The places where the file cuts follow from the dims of the outputs.
void Split(Translation& t) {
  const Order order = t.CommonOrder();
  const int axis = t.Axis("axis", 0, order.size());
  if (!t.CheckRank(0, order.size(), order.size())) return;
  std::vector<std::int64_t> sizes;
  for (std::size_t output = 0; output < t.OutputCount(); ++output) {
    const Shape& dims = t.OutputDims(output);
    if (!t.Check(dims.size() == order.size(), "an output has another number of dims")) return;
    sizes.push_back(dims[static_cast<std::size_t>(axis)]);
  }
  t.MakeAll(order, "Split", {t.Input(0, order), t.Int64s("sizes", sizes)},
            {{"axis", PlaceOf(order, axis)}});
}

void Pack(Translation& t) {
  const std::size_t rank = t.OutputDims(0).size();
  const int axis = t.Axis("axis", 0, rank);
  const std::string axes = t.Int64s("axes", {axis});
  std::vector<std::string> inputs;
  for (std::size_t input = 0; input < t.InputCount(); ++input) {
    inputs.push_back(t.Add("Unsqueeze", {t.Input(input), axes}));
  }
  t.Make(0, AsStored(rank), "Concat", std::move(inputs), {{"axis", axis}});
}

void Unpack(Translation& t) {
  const std::size_t rank = t.Rank(0);
  const int axis = t.Axis("axis", 0, rank);
  const std::string axes = t.Int64s("axes", {axis});
  const std::string sizes = t.Int64s("sizes", std::vector<std::int64_t>(t.OutputCount(), 1));
  const std::vector<std::string> parts =
      t.AddAll("Split", {t.Input(0), sizes}, t.OutputCount(), {{"axis", axis}});
  for (std::size_t output = 0; output < parts.size() && t.ok(); ++output) {
    t.Make(output, AsStored(t.OutputDims(output).size()), "Squeeze", {parts[output], axes});
  }
}

void Tile(Translation& t) {
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  const std::vector<std::int64_t> multiples = t.Ints("multiples", order.size(), 1);
  t.Make(0, order, "Tile", {t.Input(0, order), t.Int64s("repeats", Permute(multiples, order))});
}

constexpr Operator kRows[] = {
    {"Reshape", 1, 2, &Reshape},
    {"Squeeze", 1, 2, &Reshape},
    {"ExpandDims", 1, 2, &Reshape},
    {"Transpose", 1, 1, &Transpose},
    {"Concat", 1, kAnyNumber, &Concat, kFollowing},
    {"Split", 1, 1, &Split, kFollowing},
    {"Pack", 1, kAnyNumber, &Pack},
    {"UnPack", 1, 1, &Unpack},
    {"Tile", 1, 1, &Tile, kFollowing},
};

}  // namespace

std::span<const Operator> MovementOperators() { return kRows; }

}  // namespace acc::dlc

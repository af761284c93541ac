// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/operators.h"
#include "model/tflite/translation.h"
#include "model/translation/movement.h"

namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

// A row for each axis: elements before and after.
void Pad(Translation& t) {
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  const std::vector<std::int64_t> amount = t.Ints(1, 2 * order.size());
  const std::string pads = t.Int64s("pads", OnnxPads(amount, order));
  t.Make(0, order, "Pad", {t.Input(0, order), pads, t.Input(2)});
}

void MirrorPad(Translation& t) {
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  const std::vector<std::int64_t> amount = t.Ints(1, 2 * order.size());
  const auto mode = t.Option(&schema::MirrorPadOptions::mode, schema::MirrorPadMode_REFLECT);
  if (mode == schema::MirrorPadMode_SYMMETRIC) return MakePaddedSymmetrically(t, order, amount);
  t.Make(0, order, "Pad", {t.Input(0, order), t.Int64s("pads", OnnxPads(amount, order))},
         {{"mode", "reflect"}});
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_PAD, 2, 2, &Pad, Kind::kFollowing},
    {schema::BuiltinOperator_PADV2, 3, 3, &Pad, Kind::kFollowing},
    {schema::BuiltinOperator_MIRROR_PAD, 2, 2, &MirrorPad, Kind::kFollowing},
};

}  // namespace

std::span<const Operator> PadOperators() { return kRows; }

}  // namespace acc::model::tflite

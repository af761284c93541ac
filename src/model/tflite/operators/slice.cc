// SPDX-License-Identifier: BSD-3-Clause
// Slices and paddings.
#include <limits>

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"
#include "model/translation/movement.h"
namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
// Beyond the axis's first element, where a negative index would count from the end.
constexpr std::int64_t kBeforeFirst = std::numeric_limits<std::int64_t>::min() + 1;

struct Columns {
  std::vector<std::int64_t> starts;
  std::vector<std::int64_t> ends;
  std::vector<std::int64_t> axes;
  std::vector<std::int64_t> steps;

  void Add(std::int64_t start, std::int64_t end, std::int64_t axis, std::int64_t step) {
    starts.push_back(start);
    ends.push_back(end);
    axes.push_back(axis);
    steps.push_back(step);
  }
};

std::vector<std::string> SliceInputs(Translation& t, const Order& order, const Columns& columns) {
  return {t.Input(0, order), t.Int64s("starts", columns.starts), t.Int64s("ends", columns.ends),
          t.Int64s("axes", columns.axes), t.Int64s("steps", columns.steps)};
}

// Beginnings and sizes; a size of -1 is all that is left.
void Slice(Translation& t) {
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  const std::vector<std::int64_t> begin = t.Ints(1, order.size());
  const std::vector<std::int64_t> size = t.Ints(2, order.size());
  Columns columns;
  for (std::size_t axis = 0; axis < order.size(); ++axis) {
    columns.Add(begin[axis], size[axis] < 0 ? kEnd : begin[axis] + size[axis],
                PlaceOf(order, static_cast<int>(axis)), 1);
  }
  t.Make(0, order, "Slice", SliceInputs(t, order, columns));
}

bool HasBit(std::int32_t mask, std::size_t row) {
  return row < 32 && ((static_cast<std::uint32_t>(mask) >> row) & 1U) != 0;
}

// The rows of begin, end and stride with their masks: the axis's own beginning or end, an axis that
// disappears, a new one of length 1, or all axes that no other row speaks of.
struct StridedRows {
  std::vector<std::int64_t> begin;
  std::vector<std::int64_t> end;
  std::vector<std::int64_t> stride;
  std::int32_t begin_mask = 0;
  std::int32_t end_mask = 0;
  std::int32_t ellipsis_mask = 0;
  std::int32_t new_axis_mask = 0;
  std::int32_t shrink_mask = 0;

  void AddTo(Columns& columns, std::size_t row, std::int64_t place) const {
    if (HasBit(shrink_mask, row)) {
      return columns.Add(begin[row], begin[row] == -1 ? kEnd : begin[row] + 1, place, 1);
    }
    const bool backward = stride[row] < 0;
    const std::int64_t first = backward ? kEnd : 0;
    const std::int64_t last = backward ? kBeforeFirst : kEnd;
    columns.Add(HasBit(begin_mask, row) ? first : begin[row],
                HasBit(end_mask, row) ? last : end[row], place, stride[row]);
  }
};

StridedRows RowsOf(Translation& t) {
  using Options = schema::StridedSliceOptions;
  StridedRows rows{.begin = t.Ints(1),
                   .end = t.Ints(2),
                   .stride = t.Ints(3),
                   .begin_mask = t.Option(&Options::begin_mask, 0),
                   .end_mask = t.Option(&Options::end_mask, 0),
                   .ellipsis_mask = t.Option(&Options::ellipsis_mask, 0),
                   .new_axis_mask = t.Option(&Options::new_axis_mask, 0),
                   .shrink_mask = t.Option(&Options::shrink_axis_mask, 0)};
  t.Check(rows.begin.size() == rows.end.size() && rows.begin.size() == rows.stride.size(),
          "its beginnings, ends and strides differ in number");
  return rows;
}

// The rows on their axes of the input.
Columns ColumnsOf(Translation& t, const StridedRows& rows, const Order& order) {
  const std::size_t count = rows.begin.size();
  std::size_t of_axes = 0;
  for (std::size_t row = 0; row < count; ++row) {
    of_axes += HasBit(rows.new_axis_mask, row) || HasBit(rows.ellipsis_mask, row) ? 0 : 1;
  }
  Columns columns;
  if (!t.Check(of_axes <= order.size(), "it has more ranges than axes")) return columns;
  std::size_t axis = 0;
  for (std::size_t row = 0; row < count && t.ok(); ++row) {
    if (HasBit(rows.ellipsis_mask, row)) {
      axis += order.size() - of_axes;
    } else if (!HasBit(rows.new_axis_mask, row)) {
      if (!t.Check(rows.stride[row] != 0, "its stride is 0")) break;
      rows.AddTo(columns, row, PlaceOf(order, static_cast<int>(axis++)));
    }
  }
  return columns;
}

// Axes that disappear, by their places in the input, and new ones, by their places in the output.
struct ChangedAxes {
  std::vector<std::int64_t> dropped;
  std::vector<std::int64_t> added;
};

ChangedAxes ChangesOf(const StridedRows& rows, std::size_t rank) {
  const std::size_t count = rows.begin.size();
  std::size_t of_axes = 0;
  for (std::size_t row = 0; row < count; ++row) {
    of_axes += HasBit(rows.new_axis_mask, row) || HasBit(rows.ellipsis_mask, row) ? 0 : 1;
  }
  ChangedAxes changed;
  std::int64_t in = 0;
  std::int64_t out = 0;
  for (std::size_t row = 0; row < count; ++row) {
    if (HasBit(rows.ellipsis_mask, row)) {
      const auto skipped = static_cast<std::int64_t>(rank - of_axes);
      in += skipped;
      out += skipped;
    } else if (HasBit(rows.new_axis_mask, row)) {
      changed.added.push_back(out++);
    } else if (HasBit(rows.shrink_mask, row)) {
      changed.dropped.push_back(in++);
    } else {
      ++in;
      ++out;
    }
  }
  return changed;
}

void ChangeAxes(Translation& t, const StridedRows& rows) {
  const Order stored = AsStored(t.Rank(0));
  const Columns columns = ColumnsOf(t, rows, stored);
  if (!t.ok()) return;
  const ChangedAxes changed = ChangesOf(rows, stored.size());
  std::string value =
      columns.axes.empty() ? t.Input(0) : t.Add("Slice", SliceInputs(t, stored, columns));
  if (!changed.dropped.empty()) {
    value = t.Add("Squeeze", {value, t.Int64s("dropped", changed.dropped)});
  }
  if (!changed.added.empty()) {
    value = t.Add("Unsqueeze", {value, t.Int64s("added", changed.added)});
  }
  t.Make(0, AsStored(t.OutputDims(0).size()), "Identity", {value});
}

void StridedSlice(Translation& t) {
  const StridedRows rows = RowsOf(t);
  if (!t.ok()) return;
  if (rows.shrink_mask != 0 || rows.new_axis_mask != 0) return ChangeAxes(t, rows);
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  t.Make(0, order, "Slice", SliceInputs(t, order, ColumnsOf(t, rows, order)));
}

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
    {schema::BuiltinOperator_SLICE, Kind::kFollowing, 3, 3, &Slice},
    {schema::BuiltinOperator_STRIDED_SLICE, Kind::kFollowing, 4, 4, &StridedSlice},
    {schema::BuiltinOperator_PAD, Kind::kFollowing, 2, 2, &Pad},
    {schema::BuiltinOperator_PADV2, Kind::kFollowing, 3, 3, &Pad},
    {schema::BuiltinOperator_MIRROR_PAD, Kind::kFollowing, 2, 2, &MirrorPad},
};

}  // namespace

std::span<const Operator> SliceOperators() { return kRows; }

}  // namespace acc::model::tflite

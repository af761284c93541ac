// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"
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

// A size of -1 is all that is left.
void ComputedSlice(Translation& t) {
  const std::string begin = t.InputAs(1, ElementType::kInt64);
  const std::string size = t.InputAs(2, ElementType::kInt64);
  const std::string is_rest = t.Add("Less", {size, t.Int64Scalar("none", 0)});
  const std::string end =
      t.Add("Where", {is_rest, t.Int64Scalar("end", kEnd), t.Add("Add", {begin, size})});
  t.Make(0, AsStored(t.Rank(0)), "Slice", {t.Input(0), begin, end});
}

// Beginnings and sizes; a size of -1 is all that is left.
void Slice(Translation& t) {
  if (!t.IsConstant(1) || !t.IsConstant(2)) return ComputedSlice(t);
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
  if (!changed.added.empty()) value = t.Add("Unsqueeze", {value, t.Int64s("added", changed.added)});
  t.Make(0, AsStored(t.OutputDims(0).size()), "Identity", {value});
}

// Where the masks say so `of_axis`, the axis's own beginning or end, elsewhere what the input says.
std::string ComputedRows(Translation& t, std::size_t input, std::int32_t mask, std::int64_t of_axis,
                         std::size_t count) {
  std::string rows = t.InputAs(input, ElementType::kInt64);
  std::vector<std::int64_t> is_masked(count);
  for (std::size_t row = 0; row < count; ++row) is_masked[row] = HasBit(mask, row) ? 1 : 0;
  if (std::ranges::count(is_masked, 1) == 0) return rows;
  return t.Add("Where", {t.AddCast(t.Int64s("mask", is_masked), ElementType::kBool),
                         t.Int64Scalar("own", of_axis), rows});
}

// The ends of axes that disappear: the element after the beginning, which may be the last one.
std::string WithOneElement(Translation& t, const std::string& starts, const std::string& ends,
                           std::int32_t shrink, std::size_t count) {
  std::vector<std::int64_t> is_dropped(count);
  for (std::size_t row = 0; row < count; ++row) is_dropped[row] = HasBit(shrink, row) ? 1 : 0;
  const std::string last = t.Int64Scalar("last", -1);
  const std::string next =
      t.Add("Where", {t.Add("Equal", {starts, last}), t.Int64Scalar("end", kEnd),
                      t.Add("Add", {starts, t.Int64Scalar("one", 1)})});
  return t.Add("Where",
               {t.AddCast(t.Int64s("dropped", is_dropped), ElementType::kBool), next, ends});
}

// Beginnings or ends that are not known before the run, on the first axes of the input.
void ComputedStridedSlice(Translation& t) {
  using Options = schema::StridedSliceOptions;
  const std::vector<std::int64_t> stride = t.Ints(3);
  const std::int32_t shrink = t.Option(&Options::shrink_axis_mask, 0);
  const bool is_plain =
      t.Option(&Options::ellipsis_mask, 0) == 0 && t.Option(&Options::new_axis_mask, 0) == 0 &&
      std::ranges::all_of(stride, [](auto each) { return each > 0; }) && stride.size() <= t.Rank(0);
  if (!t.ok() || !t.Check(is_plain,
                          "computed ranges have a translation only for the first axes, "
                          "forwards, without new ones")) {
    return;
  }
  const std::size_t count = stride.size();
  const std::string starts = ComputedRows(t, 1, t.Option(&Options::begin_mask, 0), 0, count);
  std::string ends = ComputedRows(t, 2, t.Option(&Options::end_mask, 0), kEnd, count);
  std::vector<std::int64_t> axes(count);
  std::iota(axes.begin(), axes.end(), 0);
  std::vector<std::int64_t> dropped;
  std::ranges::copy_if(axes, std::back_inserter(dropped), [&](std::int64_t axis) {
    return HasBit(shrink, static_cast<std::size_t>(axis));
  });
  if (!dropped.empty()) ends = WithOneElement(t, starts, ends, shrink, count);
  const std::string part =
      t.Add("Slice", {t.Input(0), starts, ends, t.Int64s("axes", axes), t.Int64s("steps", stride)});
  const Order made = AsStored(t.OutputDims(0).size());
  if (dropped.empty()) return t.Make(0, made, "Identity", {part});
  t.Make(0, made, "Squeeze", {part, t.Int64s("dropped", dropped)});
}

void StridedSlice(Translation& t) {
  if (!t.IsConstant(1) || !t.IsConstant(2)) return ComputedStridedSlice(t);
  const StridedRows rows = RowsOf(t);
  if (!t.ok()) return;
  if (rows.shrink_mask != 0 || rows.new_axis_mask != 0) return ChangeAxes(t, rows);
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  t.Make(0, order, "Slice", SliceInputs(t, order, ColumnsOf(t, rows, order)));
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_SLICE, 3, 3, &Slice, Kind::kFollowing},
    {schema::BuiltinOperator_STRIDED_SLICE, 4, 4, &StridedSlice, Kind::kFollowing},
};

}  // namespace

std::span<const Operator> SliceOperators() { return kRows; }

}  // namespace acc::model::tflite

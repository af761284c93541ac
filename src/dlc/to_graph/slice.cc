// SPDX-License-Identifier: BSD-3-Clause
// Slices and paddings.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"
#include "model/translation/movement.h"

namespace acc::dlc {
namespace {

// A row of "ranges". The masks hold a bit for each row: the beginning or the end is the axis's own,
// the axis disappears, or the row is not for an axis of the input but for a new one of length 1.
struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t stride = 1;
};

bool HasBit(std::int64_t mask, std::size_t row) { return row < 32 && ((mask >> row) & 1) != 0; }

std::int64_t FromStart(std::int64_t place, std::int64_t size) {
  return place < 0 ? place + size : place;
}

// Beyond the axis's first element, where a negative index would count from the end.
constexpr std::int64_t kBeforeFirst = std::numeric_limits<std::int64_t>::min() + 1;

// As the standard has it, for an axis of `size` elements. An end of -1 with a negative stride means
// two things, depending on who wrote the file: the last element, or the place before the first.
// Only the latter leaves anything.
Range Resolved(Range range, std::int64_t size) {
  const bool is_backward = range.stride < 0;
  const std::int64_t begin = FromStart(range.begin, size);
  const std::int64_t end = FromStart(range.end, size);
  const bool is_before_first = is_backward && range.end < 0 && end >= begin;
  return {begin, is_before_first ? kBeforeFirst : end, range.stride};
}

std::vector<Range> Ranges(Translation& t) {
  const std::vector<std::int64_t> numbers = t.Ints("ranges", std::vector<std::int64_t>());
  if (!t.Check(numbers.size() % 3 == 0, "its attribute 'ranges' has not three columns")) return {};
  std::vector<Range> ranges(numbers.size() / 3);
  for (std::size_t row = 0; row < ranges.size(); ++row) {
    ranges[row] = {numbers[3 * row], numbers[3 * row + 1], numbers[3 * row + 2]};
  }
  return ranges;
}

// One range for each of the input's axes.
std::vector<Range> RangesOfAxes(Translation& t) {
  const std::int64_t begin_mask = t.Int("begin_mask", 0);
  const std::int64_t end_mask = t.Int("end_mask", 0);
  const std::int64_t shrink = t.Int("shrink_axes", 0);
  const std::int64_t added = t.Int("new_axes_mask", 0);
  std::vector<Range> of_axes;
  const std::vector<Range> rows = Ranges(t);
  for (std::size_t row = 0; row < rows.size() && t.ok(); ++row) {
    if (HasBit(added, row)) continue;
    const std::size_t axis = of_axes.size();
    if (!t.Check(axis < t.Rank(0), "it has more ranges than axes")) break;
    if (!t.Check(rows[row].stride != 0, "its stride is 0")) break;
    const std::int64_t size = t.Dims(0)[axis];
    Range range = Resolved(rows[row], size);
    const bool is_backward = range.stride < 0;
    if (HasBit(begin_mask, row)) range.begin = is_backward ? size - 1 : 0;
    if (HasBit(end_mask, row)) range.end = is_backward ? kBeforeFirst : size;
    if (HasBit(shrink, row)) range = {range.begin, range.begin + 1, 1};
    of_axes.push_back(range);
  }
  t.Check(of_axes.size() == t.Rank(0), "it has not one range for each axis");
  return of_axes;
}

std::vector<std::string> SliceInputs(Translation& t, const Order& order,
                                     const std::vector<Range>& ranges) {
  std::array<std::vector<std::int64_t>, 4> columns;  // Starts, ends, axes, steps.
  for (std::size_t axis = 0; axis < ranges.size(); ++axis) {
    const Range& range = ranges[axis];
    const std::int64_t place = PlaceOf(order, static_cast<int>(axis));
    const std::array row = {range.begin, range.end, place, range.stride};
    for (std::size_t i = 0; i < row.size(); ++i) columns[i].push_back(row[i]);
  }
  return {t.Input(0, order), t.Int64s("starts", columns[0]), t.Int64s("ends", columns[1]),
          t.Int64s("axes", columns[2]), t.Int64s("steps", columns[3])};
}

void StridedSlice(Translation& t) {
  const std::vector<Range> ranges = RangesOfAxes(t);
  if (!t.ok()) return;
  const bool keeps_rank = t.Int("shrink_axes", 0) == 0 && t.Int("new_axes_mask", 0) == 0;
  if (!keeps_rank) {
    return t.MakeReshaped(0, t.Add("Slice", SliceInputs(t, AsStored(t.Rank(0)), ranges)));
  }
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  t.Make(0, order, "Slice", SliceInputs(t, order, ranges));
}

constexpr std::int64_t kConstantScheme = 0;
constexpr std::int64_t kSymmetricScheme = 1;
constexpr std::int64_t kReflectScheme = 2;
constexpr std::int64_t kEdgeScheme = 3;

// Before quantized tensors the number may be a code.
float PadNumber(Translation& t) {
  const Attribute* attribute = t.node().Find("pad_constant_value");
  const Tensor& input = t.InputTensor(0);
  const bool is_code = attribute != nullptr && !std::holds_alternative<float>(attribute->value) &&
                       IsFixedPoint(input.type) && input.encoding &&
                       input.encoding->channels.size() == 1;
  if (!is_code) return t.Float("pad_constant_value", 0);
  const Encoding& encoding = input.encoding->channels.front();
  const std::int64_t code = t.Int("pad_constant_value", 0);
  return static_cast<float>(encoding.scale * static_cast<double>(code + encoding.offset));
}

std::string PadValue(Translation& t) {
  const ElementType type = t.InputType(0);
  auto value = FromFloatValues(type, {}, std::vector<float>{PadNumber(t)});
  if (value.ok()) return t.builder().AddConstant(t.node().outputs[0] + "_value", *value);
  t.Fail(value.status().message());
  return {};
}

void Pad(Translation& t) {
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  const std::vector<std::int64_t> amount = t.Ints("pad_amount", 2 * order.size(), 0);
  const std::int64_t scheme = t.Int("scheme", kConstantScheme);
  if (scheme == kSymmetricScheme) return model::MakePaddedSymmetrically(t, order, amount);
  const std::string pads = t.Int64s("pads", model::OnnxPads(amount, order));
  if (scheme == kConstantScheme) {
    return t.Make(0, order, "Pad", {t.Input(0, order), pads, PadValue(t)});
  }
  if (!t.Check(scheme == kReflectScheme || scheme == kEdgeScheme,
               fmt::format("its scheme {} is not known", scheme))) {
    return;
  }
  t.Make(0, order, "Pad", {t.Input(0, order), pads},
         {{"mode", scheme == kEdgeScheme ? "edge" : "reflect"}});
}

constexpr Operator kRows[] = {
    {"StridedSlice", 1, 1, &StridedSlice, kFollowing},
    {"Pad", 1, 1, &Pad, kFollowing},
};

}  // namespace

std::span<const Operator> SliceOperators() { return kRows; }

}  // namespace acc::dlc

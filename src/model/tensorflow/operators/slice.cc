// SPDX-License-Identifier: BSD-3-Clause
#include <limits>

#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kBeforeBegin = std::numeric_limits<std::int64_t>::min();

Axes AllAxes(std::size_t rank) {
  Axes axes;
  for (std::size_t axis = 0; axis < rank; ++axis) axes.push_back(static_cast<std::int64_t>(axis));
  return axes;
}

// A size of -1 reaches to the end.
void Slice(Translation& t) {
  const auto begins = t.Ints(1);
  const auto sizes = t.Ints(2);
  if (!t.Check(sizes.has_value(), "its size has to be a constant")) return;
  const std::string axes = t.Int64s(AllAxes(sizes->size()));
  if (begins && t.Check(begins->size() == sizes->size(), "its begin and size differ in length")) {
    Axes ends;
    for (std::size_t axis = 0; axis < sizes->size(); ++axis) {
      ends.push_back((*sizes)[axis] < 0 ? kEnd : (*begins)[axis] + (*sizes)[axis]);
    }
    return t.Make("Slice", {t.Input(0), t.Int64s(*begins), t.Int64s(ends), axes});
  }
  // So far that no begin brings the end down to the tensor's, where the size is open.
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  Axes lengths = *sizes;
  for (std::int64_t& length : lengths) length = length < 0 ? kFar : length;
  const std::string from = t.AsInt64(1);
  t.Make("Slice", {t.Input(0), from, t.Add("Add", {from, t.Int64s(lengths)}), axes});
}

// A strided slice in ONNX's steps: new axes of length 1 are put in first (their places count in the
// tensor with all of them), then comes the slice, and at last the axes of single indices go. Axes
// behind an ellipsis count from the end.
struct Plan {
  Axes starts;
  Axes ends;
  Axes axes;
  Axes steps;
  Axes shrunk;
  Axes added;
};

class Planner {
 public:
  explicit Planner(Translation& t) : t_(t) {}

  Plan Make(const Axes& begin, const Axes& end, const Axes& strides) {
    const std::size_t count = begin.size();
    std::optional<std::size_t> ellipsis;
    for (std::size_t i = 0; i < count; ++i) {
      if (Has("ellipsis_mask", i)) ellipsis = i;
    }
    for (std::size_t i = 0; i < count && t_.ok(); ++i) {
      if (ellipsis == i) continue;
      const bool from_end = ellipsis && i > *ellipsis;
      const std::int64_t axis =
          static_cast<std::int64_t>(i) - static_cast<std::int64_t>(from_end ? count : 0);
      if (Has("new_axis_mask", i)) {
        plan_.added.push_back(axis);
      } else {
        AddAxis(i, axis, begin[i], end[i], strides[i]);
      }
    }
    return plan_;
  }

 private:
  bool Has(const char* mask, std::size_t i) const {
    return i < 32 && (t_.Int(mask, 0) >> i & 1) != 0;
  }

  void AddAxis(std::size_t i, std::int64_t axis, std::int64_t begin, std::int64_t end,
               std::int64_t step) {
    if (!t_.Check(step != 0, "a stride of 0")) return;
    if (Has("shrink_axis_mask", i)) {
      plan_.shrunk.push_back(axis);
      return Push(axis, begin, begin == -1 ? kEnd : begin + 1, 1);
    }
    const bool open_begin = Has("begin_mask", i);
    const bool open_end = Has("end_mask", i);
    if (open_begin && open_end && step == 1) return;
    const std::int64_t first = step > 0 ? 0 : kEnd;
    const std::int64_t last = step > 0 ? kEnd : kBeforeBegin;
    Push(axis, open_begin ? first : begin, open_end ? last : end, step);
  }

  void Push(std::int64_t axis, std::int64_t start, std::int64_t end, std::int64_t step) {
    plan_.axes.push_back(axis);
    plan_.starts.push_back(start);
    plan_.ends.push_back(end);
    plan_.steps.push_back(step);
  }

  Translation& t_;
  Plan plan_;
};

// The part [begin:end] of a list, or the one value at begin, where these are computed.
void ComputedSlice(Translation& t) {
  const auto strides = t.Ints(3);
  const bool is_plain = strides && strides->size() == 1 && strides->front() == 1 &&
                        t.Int("ellipsis_mask", 0) == 0 && t.Int("new_axis_mask", 0) == 0;
  if (!t.Check(is_plain, "its begin, end and strides have to be constants")) return;
  const bool single = t.Int("shrink_axis_mask", 0) != 0;
  const std::string begin = t.Int("begin_mask", 0) != 0 ? t.Int64s({0}) : t.AsInt64(1);
  if (single) {
    const std::string found = t.Add("Gather", {t.Input(0), begin});
    return t.Make("Squeeze", {found, t.Int64s({0})});
  }
  const std::string end = t.Int("end_mask", 0) != 0 ? t.Int64s({kEnd}) : t.AsInt64(2);
  t.Make("Slice", {t.Input(0), begin, end, t.Int64s({0})});
}

void StridedSlice(Translation& t) {
  const auto begin = t.Ints(1);
  const auto end = t.Ints(2);
  const auto strides = t.Ints(3);
  if (!begin || !end || !strides) return ComputedSlice(t);
  const bool fits =
      begin->size() == end->size() && begin->size() == strides->size() && begin->size() < 32;
  if (!t.Check(fits, "its begin, end and strides differ in length")) return;
  const Plan plan = Planner(t).Make(*begin, *end, *strides);
  if (!t.ok()) return;
  std::string value = t.Input(0);
  if (!plan.added.empty()) value = t.Add("Unsqueeze", {value, t.Int64s(plan.added)});
  const std::vector<std::string> slice = {value, t.Int64s(plan.starts), t.Int64s(plan.ends),
                                          t.Int64s(plan.axes), t.Int64s(plan.steps)};
  if (plan.shrunk.empty()) {
    return plan.axes.empty() ? t.Make("Identity", {value}) : t.Make("Slice", slice);
  }
  t.Make("Squeeze", {t.Add("Slice", slice), t.Int64s(plan.shrunk)});
}

constexpr Operator kRows[] = {
    {"Slice", 3, 3, &Slice},
    {"StridedSlice", 4, 4, &StridedSlice},
};

}  // namespace

std::span<const Operator> SliceOperators() { return kRows; }

}  // namespace acc::model::tensorflow

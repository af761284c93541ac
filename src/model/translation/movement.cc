// SPDX-License-Identifier: BSD-3-Clause
#include "model/translation/movement.h"

#include <algorithm>
#include <string>

namespace acc::model {
namespace {

// Of an axis whose elements are gathered one by one: a small file may name any number of them.
constexpr std::int64_t kMostPlaces = std::int64_t{1} << 24;

// Where each element of a symmetrically padded axis comes from: the edge itself is repeated.
std::vector<std::int64_t> SymmetricSources(std::int64_t size, std::int64_t before,
                                           std::int64_t after) {
  std::vector<std::int64_t> sources;
  for (std::int64_t i = -before; i < size + after; ++i) {
    const std::int64_t there = i < 0 ? -1 - i : i;
    sources.push_back(there < size ? there : 2 * size - 1 - there);
  }
  return sources;
}

}  // namespace

void MakeTransposed(Translation& t, const std::vector<std::int64_t>& perm) {
  const std::size_t rank = t.Rank(0);
  Order moved(perm.begin(), perm.end());
  Order sorted = moved;
  std::ranges::sort(sorted);
  if (!t.Check(sorted == AsStored(rank), "its perm is no permutation") ||
      !t.Check(t.OutputDims(0).size() == rank, "its output has another number of dims")) {
    return;
  }
  const Order made = t.builder().PlannedOrder(t.stored().outputs[0]);
  Order wanted;  // Which of the input's axes comes to each place.
  for (const int axis : made) wanted.push_back(moved[static_cast<std::size_t>(axis)]);
  const Order held = t.IsConstant(0) ? AsStored(rank) : t.OrderOf(0);
  if (wanted == held) return t.Make(0, made, "Identity", {t.Input(0, held)});
  std::vector<std::int64_t> places;
  for (const int axis : wanted) places.push_back(PlaceOf(held, axis));
  t.Make(0, made, "Transpose", {t.Input(0, held)}, {{"perm", places}});
}

void MakePaddedSymmetrically(Translation& t, const Order& order,
                             const std::vector<std::int64_t>& amount) {
  std::string value = t.Input(0, order);
  for (std::size_t axis = 0; axis < order.size() && t.ok(); ++axis) {
    const std::int64_t before = amount[2 * axis];
    const std::int64_t after = amount[2 * axis + 1];
    const std::int64_t size = t.Dims(0)[axis];
    if (before == 0 && after == 0) continue;
    if (!t.Check(before >= 0 && after >= 0 && before <= size && after <= size,
                 "it pads with more than the axis has") ||
        !t.Check(size <= kMostPlaces, "the axis that it pads is too long to be gathered")) {
      return;
    }
    value = t.Add("Gather", {value, t.Int64s("sources", SymmetricSources(size, before, after))},
                  {{"axis", PlaceOf(order, static_cast<int>(axis))}});
  }
  t.Make(0, order, "Identity", {value});
}

std::vector<std::int64_t> OnnxPads(const std::vector<std::int64_t>& pairs) {
  std::vector<std::int64_t> pads;
  for (std::size_t i = 0; i < pairs.size(); i += 2) pads.push_back(pairs[i]);
  for (std::size_t i = 1; i < pairs.size(); i += 2) pads.push_back(pairs[i]);
  return pads;
}

std::vector<std::int64_t> OnnxPads(const std::vector<std::int64_t>& pairs, const Order& order) {
  std::vector<std::int64_t> moved;
  for (const int axis : order) {
    const auto first = 2 * static_cast<std::size_t>(axis);
    moved.insert(moved.end(), {pairs[first], pairs[first + 1]});
  }
  return OnnxPads(moved);
}

}  // namespace acc::model

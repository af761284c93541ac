// SPDX-License-Identifier: BSD-3-Clause
#include "match/axes.h"

#include <algorithm>

namespace acc::match {
namespace {

// Axes of length 1 may move freely: what remains in place keeps every element in place.
bool MovesNothing(const Shape& dims, const Permutation& permutation) {
  int last = -1;
  for (const int axis : permutation) {
    if (dims[static_cast<std::size_t>(axis)] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

Permutation Simplified(const Shape& dims, Permutation permutation) {
  if (MovesNothing(dims, permutation)) permutation.clear();
  return permutation;
}

Shape WithoutOnes(Shape dims) {
  std::erase(dims, 1);
  return dims;
}

Alignment Guess(const Shape& golden, const Shape& target) {
  if (ElementCount(golden) != ElementCount(target)) return {};  // The comparison will say so.
  const Permutation channel_last = FromSource(AxisOrder::kChannelLast, golden.size());
  const std::string sides = "golden " + ToText(golden) + ", target " + ToText(target);
  if (golden == target) {
    if (Permute(golden, channel_last) != target || MovesNothing(golden, channel_last)) return {};
    return {{}, true, "equal dims fit both axis orders (" + sides + "); taken as equal"};
  }
  for (const Permutation& candidate : {channel_last, Inverse(channel_last)}) {
    if (golden.size() != target.size() || Permute(golden, candidate) != target) continue;
    return {Simplified(golden, candidate), true, "axis order inferred from the dims: " + sides};
  }
  if (WithoutOnes(golden) == WithoutOnes(target)) return {};
  return {{}, true, "compared element by element though the dims differ: " + sides};
}

Alignment WithoutTargetDims(const Axes& golden) {
  if (!golden.dims || WithoutOnes(*golden.dims).size() < 2 || golden.dims->size() < 3) return {};
  return {{},
          true,
          "the target does not say its dims; its axis order is taken as the golden's, " +
              ToText(*golden.dims)};
}

}  // namespace

Alignment Align(const Axes& golden, const Axes& target) {
  if (!target.dims) return WithoutTargetDims(golden);
  const std::size_t rank = target.dims->size();
  const AxisOrder golden_order = golden.order_told ? golden.order : AxisOrder::kSource;
  if (target.order_told) {
    const Permutation permutation = Between(golden_order, target.order, rank);
    const Shape expected = Permute(*target.dims, Inverse(permutation));
    if (!golden.dims || *golden.dims == expected) {
      return {Simplified(expected, permutation), false, {}};
    }
  }
  if (!golden.dims) return {};
  Alignment guess = Guess(*golden.dims, *target.dims);
  if (!target.order_told) return guess;
  if (!guess.guessed && *golden.dims == *target.dims) {
    guess = {{}, true, "taken as equal: golden and target " + ToText(*golden.dims)};
  }
  if (guess.guessed) {
    guess.note = "the axis order that the target's description gives, " +
                 std::string(target.order == AxisOrder::kSource ? "the source's"
                                                                : LayoutName(target.order, rank)) +
                 ", does not fit the dims; " + guess.note;
  }
  return guess;
}

}  // namespace acc::match

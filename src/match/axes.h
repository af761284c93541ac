// SPDX-License-Identifier: BSD-3-Clause
// Lines up the axes of a golden tensor with those of its target twin.
#pragma once

#include <optional>
#include <string>

#include "tensor/layout.h"
#include "tensor/shape.h"

namespace acc::match {

// What is known of one side. `order_told` is false where nobody says in which order the axes are
// stored; `order` is then ignored.
struct Axes {
  std::optional<Shape> dims;
  AxisOrder order = AxisOrder::kSource;
  bool order_told = false;
};

struct Alignment {
  Permutation golden_to_target;  // Empty where the orders agree or nothing is known.
  bool guessed = false;
  std::string note;  // One sentence where there is doubt, or empty.
};

// Metadata decides where it explains both dims. Otherwise the conventional permutation between
// channel-first and channel-last is inferred from the dims, and `guessed` is set; the note says
// where metadata was contradicted. A golden side without metadata is taken to be in the source's
// order.
Alignment Align(const Axes& golden, const Axes& target);

}  // namespace acc::match

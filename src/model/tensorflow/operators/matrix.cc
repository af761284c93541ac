// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

void MatMul(Translation& t) {
  const Axes swapped = {1, 0};
  t.Make("MatMul", {t.Bool("transpose_a", false) ? t.Moved(0, swapped) : t.Input(0),
                    t.Bool("transpose_b", false) ? t.Moved(1, swapped) : t.Input(1)});
}

// With the last two axes swapped, of a constant of any rank.
std::string SwappedConstant(Translation& t, std::size_t input) {
  const std::size_t rank = t.Constant(input)->dims().size();
  Axes order;
  for (std::size_t axis = 0; axis < rank; ++axis) order.push_back(static_cast<std::int64_t>(axis));
  if (!t.Check(rank >= 2, "its operands have to have two axes or more")) return {};
  std::swap(order[rank - 1], order[rank - 2]);
  return t.Moved(input, order);
}

// The rank of a computed operand is not known here, and ONNX's Transpose wants it.
void BatchMatMul(Translation& t) {
  const bool swap_a = t.Bool("adj_x", false);
  const bool swap_b = t.Bool("adj_y", false);
  const bool via_equation =
      (swap_a && t.Constant(0) == nullptr) || (swap_b && t.Constant(1) == nullptr);
  if (!via_equation) {
    return t.Make("MatMul", {swap_a ? SwappedConstant(t, 0) : t.Input(0),
                             swap_b ? SwappedConstant(t, 1) : t.Input(1)});
  }
  const std::string a = swap_a ? "...ki" : "...ik";
  const std::string b = swap_b ? "...jk" : "...kj";
  t.Make("Einsum", {t.Input(0), t.Input(1)}, {{"equation", a + "," + b + "->...ij"}});
}

constexpr Operator kRows[] = {
    {"BatchMatMul", 2, 2, &BatchMatMul},
    {"BatchMatMulV2", 2, 2, &BatchMatMul},
    {"BatchMatMulV3", 2, 2, &BatchMatMul},
    {"MatMul", 2, 2, &MatMul},
};

}  // namespace

std::span<const Operator> MatrixOperators() { return kRows; }

}  // namespace acc::model::tensorflow

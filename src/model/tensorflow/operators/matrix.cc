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

// With the last two axes swapped.
std::string Swapped(Translation& t, std::size_t input, std::size_t rank) {
  Axes order;
  for (std::size_t axis = 0; axis < rank; ++axis) order.push_back(static_cast<std::int64_t>(axis));
  if (!t.Check(rank >= 2, "its operands have to have two axes or more")) return {};
  std::swap(order[rank - 1], order[rank - 2]);
  return t.Moved(input, order);
}

void BatchMatMul(Translation& t) {
  const bool swaps[] = {t.Bool("adj_x", false), t.Bool("adj_y", false)};
  std::vector<std::string> operands;
  for (const std::size_t input : {0, 1}) {
    const auto rank = t.RankOf(input);
    if (!swaps[input]) operands.push_back(t.Input(input));
    if (swaps[input] && rank) operands.push_back(Swapped(t, input, *rank));
  }
  if (operands.size() == 2) return t.Make("MatMul", operands);
  // Of an operand whose rank is not known: ONNX's Transpose wants it.
  const std::string a = swaps[0] ? "...ki" : "...ik";
  const std::string b = swaps[1] ? "...jk" : "...kj";
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

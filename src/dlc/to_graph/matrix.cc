// SPDX-License-Identifier: BSD-3-Clause
#include <numeric>
#include <utility>

#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"

namespace acc::dlc {
namespace {

// Whatever dims the input has, its elements are rows as long as those of the [out, in] weights.
void FullyConnected(Translation& t) {
  if (!t.CheckRank(1, 2, 2)) return;
  const std::int64_t columns = t.Dims(1)[1];
  if (!t.Check(columns > 0, "its weights have no elements")) return;
  const bool is_matrix = t.Rank(0) == 2 && t.Dims(0)[1] == columns;
  const std::string rows = is_matrix ? t.Input(0) : t.AddReshaped(t.Input(0), {-1, columns});
  const std::vector<std::string> inputs = {rows, t.Input(1), t.Input(2)};
  const Attributes attributes = {{"transB", 1}};
  if (t.OutputDims(0).size() == 2) {
    t.Make(0, AsStored(2), "Gemm", inputs, attributes);
  } else {
    t.MakeReshaped(0, t.Add("Gemm", inputs, attributes));
  }
}

std::string Factor(Translation& t, std::size_t input, std::string_view transposed) {
  Order order = AsStored(t.Rank(input));
  if (t.Bool(transposed, false) && t.CheckRank(input, 2, order.size())) {
    std::swap(order[order.size() - 1], order[order.size() - 2]);
  }
  return t.Input(input, order);
}

void MatMul(Translation& t) {
  const Order order = AsStored(t.OutputDims(0).size());
  const std::vector<std::string> factors = {Factor(t, 0, "transpose_in0"),
                                            Factor(t, 1, "transpose_in1")};
  if (!t.Has(2)) return t.Make(0, order, "MatMul", factors);
  t.Make(0, order, "Add", {t.Add("MatMul", factors), t.Input(2)});
}

constexpr Operator kRows[] = {
    {"FullyConnected", 2, 3, &FullyConnected},
    {"MatMul", 2, 3, &MatMul},
};

}  // namespace

std::span<const Operator> MatrixOperators() { return kRows; }

}  // namespace acc::dlc

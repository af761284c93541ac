// SPDX-License-Identifier: BSD-3-Clause
#include <utility>

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"

namespace acc::model::tflite {
namespace {

schema::ActivationFunctionType ActivationOf(Translation& t) {
  return t.Option(&schema::FullyConnectedOptions::fused_activation_function,
                  schema::ActivationFunctionType_NONE);
}

// Whatever dims the input has, its elements are rows as long as those of the [out, in] weights.
void FullyConnected(Translation& t) {
  if (!t.CheckRank(1, 2, 2)) return;
  const auto format = t.Option(&schema::FullyConnectedOptions::weights_format,
                               schema::FullyConnectedOptionsWeightsFormat_DEFAULT);
  const std::int64_t columns = t.Dims(1)[1];
  if (!t.Check(format == schema::FullyConnectedOptionsWeightsFormat_DEFAULT,
               "its weights are shuffled for one processor") ||
      !t.Check(columns > 0, "its weights have no elements")) {
    return;
  }
  const bool is_matrix = t.Rank(0) == 2 && t.Dims(0)[1] == columns;
  const std::string rows = is_matrix ? t.Input(0) : t.AddReshaped(t.Input(0), {-1, columns});
  const std::vector<std::string> inputs = {rows, t.Input(1), t.Input(2)};
  const Attributes attributes = {{"transB", 1}};
  const Order made = AsStored(t.OutputDims(0).size());
  if (made.size() == 2) return t.MakeActivated(made, "Gemm", inputs, attributes, ActivationOf(t));
  const std::string product = t.Add("Gemm", inputs, attributes);
  if (ActivationOf(t) == schema::ActivationFunctionType_NONE) return t.MakeShaped(0, product);
  t.MakeActivation(made, t.AddReshaped(product, t.OutputDims(0)), ActivationOf(t));
}

std::string Factor(Translation& t, std::size_t input, bool transposed) {
  Order order = AsStored(t.Rank(input));
  if (transposed && t.CheckRank(input, 2, order.size())) {
    std::swap(order[order.size() - 1], order[order.size() - 2]);
  }
  return t.Input(input, order);
}

void BatchMatMul(Translation& t) {
  const std::string a = Factor(t, 0, t.Option(&schema::BatchMatMulOptions::adj_x, false));
  const std::string b = Factor(t, 1, t.Option(&schema::BatchMatMulOptions::adj_y, false));
  t.Make(0, AsStored(t.OutputDims(0).size()), "MatMul", {a, b});
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_FULLY_CONNECTED, 2, 3, &FullyConnected},
    {schema::BuiltinOperator_BATCH_MATMUL, 2, 2, &BatchMatMul},
};

}  // namespace

std::span<const Operator> MatrixOperators() { return kRows; }

}  // namespace acc::model::tflite

// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/operators.h"

namespace acc::model::tensorflow {
namespace {

const OperatorTable<Operator, std::string_view>& Table() {
  static const OperatorTable<Operator, std::string_view> kTable(
      &TypeOfRow,
      {ActivationOperators(), BatchSpaceOperators(), ControlOperators(), ConvolutionOperators(),
       EinsumOperators(), ElementWiseOperators(), FakeQuantOperators(), ImageOperators(),
       IndexingOperators(), MatrixOperators(), MovementOperators(), NormalizationOperators(),
       PoolOperators(), QuantizeOperators(), RecurrentOperators(), ReductionOperators(),
       ShapeOperators(), SliceOperators()});
  return kTable;
}

}  // namespace

const Operator* FindOperator(std::string_view type) { return Table().Find(type); }

}  // namespace acc::model::tensorflow

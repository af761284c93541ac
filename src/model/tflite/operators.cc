// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/operators.h"

namespace acc::model::tflite {

const Operator* FindOperator(::tflite::BuiltinOperator code) {
  static const OperatorTable<Operator, ::tflite::BuiltinOperator> kTable(
      &TypeOfRow,
      {ActivationOperators(), ConvolutionOperators(), ElementWiseOperators(), IndexingOperators(),
       MatrixOperators(), MovementOperators(), NormalizationOperators(), PadOperators(),
       PoolOperators(), RecurrentOperators(), ReductionOperators(), ResizeOperators(),
       SliceOperators(), SpaceOperators(), TypeOperators()});
  return kTable.Find(code);
}

}  // namespace acc::model::tflite

// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/operators.h"

#include <array>
#include <map>

namespace acc::model::tflite {

const Operator* FindOperator(::tflite::BuiltinOperator code) {
  static const std::map<::tflite::BuiltinOperator, const Operator*> kRows = [] {
    std::map<::tflite::BuiltinOperator, const Operator*> rows;
    for (const auto family :
         {ActivationOperators(), ConvolutionOperators(), ElementWiseOperators(),
          IndexingOperators(), MatrixOperators(), MovementOperators(), NormalizationOperators(),
          PadOperators(), PoolOperators(), RecurrentOperators(), ReductionOperators(),
          ResizeOperators(), SliceOperators(), SpaceOperators(), TypeOperators()}) {
      for (const Operator& row : family) rows.emplace(row.code, &row);
    }
    return rows;
  }();
  const auto found = kRows.find(code);
  return found == kRows.end() ? nullptr : found->second;
}

}  // namespace acc::model::tflite

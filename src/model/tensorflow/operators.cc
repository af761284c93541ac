// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/operators.h"

#include <map>

namespace acc::model::tensorflow {
namespace {

using Rows = std::map<std::string_view, const Operator*>;

Rows AllRows() {
  Rows rows;
  for (const auto family :
       {ActivationOperators(), BatchSpaceOperators(), ControlOperators(), ConvolutionOperators(),
        EinsumOperators(), ElementWiseOperators(), FakeQuantOperators(), ImageOperators(),
        IndexingOperators(), MatrixOperators(), MovementOperators(), NormalizationOperators(),
        PoolOperators(), QuantizeOperators(), RecurrentOperators(), ReductionOperators(),
        ShapeOperators(), SliceOperators()}) {
    for (const Operator& row : family) rows.emplace(row.type, &row);
  }
  return rows;
}

const Rows& KnownRows() {
  static const Rows kRows = AllRows();
  return kRows;
}

}  // namespace

const Operator* FindOperator(std::string_view type) {
  const auto found = KnownRows().find(type);
  return found == KnownRows().end() ? nullptr : found->second;
}

std::vector<std::string_view> OperatorTypes() {
  std::vector<std::string_view> types;
  for (const auto& [type, row] : KnownRows()) types.push_back(type);
  return types;
}

}  // namespace acc::model::tensorflow

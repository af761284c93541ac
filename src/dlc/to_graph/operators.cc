// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/operators.h"

#include <map>

#include "dlc/operations.h"

namespace acc::dlc {
namespace {

using Rows = std::map<std::string_view, const Operator*>;

Rows AllRows() {
  Rows rows;
  for (const auto family :
       {ActivationOperators(), ConvolutionOperators(), ElementWiseOperators(), IndexingOperators(),
        MatrixOperators(), MovementOperators(), NormalizationOperators(), PoolOperators(),
        RecurrentOperators(), ReductionOperators(), ResizeOperators(), SliceOperators(),
        SpaceOperators(), TypeOperators()}) {
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
  const Rows& rows = KnownRows();
  const auto found = rows.find(type);
  if (found != rows.end()) return found->second;
  const auto operation = OperationOfType(type);
  return operation ? FindOperator(operation->type) : nullptr;
}

std::vector<std::string_view> OperatorTypes() {
  std::vector<std::string_view> types;
  for (const auto& [type, row] : KnownRows()) types.push_back(type);
  return types;
}

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/operators.h"

#include "dlc/operations.h"

namespace acc::dlc {
namespace {

using Table = model::OperatorTable<Operator, std::string_view>;

const Table& KnownOperators() {
  static const Table kTable(
      &model::TypeOfRow,
      {ActivationOperators(), ConvolutionOperators(), ElementWiseOperators(), IndexingOperators(),
       MatrixOperators(), MovementOperators(), NormalizationOperators(), PoolOperators(),
       RecurrentOperators(), ReductionOperators(), ResizeOperators(), SliceOperators(),
       SpaceOperators(), TypeOperators()});
  return kTable;
}

}  // namespace

const Operator* FindOperator(std::string_view type) {
  if (const Operator* row = KnownOperators().Find(type)) return row;
  const auto operation = OperationOfType(type);
  return operation ? FindOperator(operation->type) : nullptr;
}

std::vector<std::string_view> OperatorTypes() { return KnownOperators().Keys(); }

}  // namespace acc::dlc

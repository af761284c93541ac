// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/operators.h"

#include <utility>

#include "model/translation/operator_table.h"

namespace acc::dlc {
namespace {

using Key = std::pair<std::string_view, std::string_view>;

Key KeyOf(const OperatorRow& row) { return {row.domain, row.op_type}; }

}  // namespace

const OperatorRow* FindRow(const model::Node& node) {
  static const model::OperatorTable<OperatorRow, Key> kTable(
      &KeyOf, {ActivationRows(), ConvolutionRows(), ElementWiseRows(), IndexingRows(), MatrixRows(),
               MovementRows(), NormalizationRows(), PoolRows(), RecurrentRows(), ReductionRows(),
               ResizeRows(), SliceRows(), SpaceRows(), TypeRows()});
  return kTable.Find({node.domain, node.op_type});
}

}  // namespace acc::dlc

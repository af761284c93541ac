// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/operators.h"

#include <map>
#include <utility>

namespace acc::dlc {
namespace {

using Key = std::pair<std::string_view, std::string_view>;

std::map<Key, const OperatorRow*> AllRows() {
  std::map<Key, const OperatorRow*> rows;
  for (const auto family : {ActivationRows(), ConvolutionRows(), ElementwiseRows(), ImageRows(),
                            IndexingRows(), LinearRows(), MovementRows(), NormalizationRows(),
                            PoolingRows(), RecurrentRows(), ReductionRows()}) {
    for (const OperatorRow& row : family) rows.emplace(Key(row.domain, row.op_type), &row);
  }
  return rows;
}

}  // namespace

const OperatorRow* FindRow(const model::Node& node) {
  static const std::map<Key, const OperatorRow*> kRows = AllRows();
  const auto row = kRows.find({node.domain, node.op_type});
  return row != kRows.end() ? row->second : nullptr;
}

}  // namespace acc::dlc

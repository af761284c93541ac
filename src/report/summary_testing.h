// SPDX-License-Identifier: BSD-3-Clause
// Summaries for tests.
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "report/summary.h"
#include "verify/verifiers.h"

namespace acc::report {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

inline Row TestRow(std::string name, double sqnr_db, std::vector<std::size_t> inputs = {}) {
  Row row;
  row.name = name;
  row.golden_name = std::move(name);
  row.layer_type = "Conv";
  row.size = 6;
  row.dims = Shape{1, 2, 3};
  row.sqnr_db = sqnr_db;
  row.inputs = std::move(inputs);
  row.matched_by = "exact";
  row.sums.count = row.sums.finite = 6;
  row.sums.golden_min = -1;
  row.sums.golden_max = 2;
  row.sums.target_min = -1.5;
  row.sums.target_max = 2.5;
  row.worst = {{5, 2.0F, 2.5F}, {0, 0.0F, 0.25F}};
  return row;
}

inline Column TestColumn(const std::vector<std::string>& words) {
  Column column;
  column.request = *verify::ParseRequest(words);
  column.title = std::string(column.request.info->name);
  return column;
}

// All rows judged by all columns, with their SQNR as the score.
inline Summary TestSummary(std::vector<Column> columns, std::vector<Row> rows) {
  Summary summary;
  summary.golden_directory = "golden";
  summary.target_directory = "target";
  summary.topological = true;
  summary.columns = std::move(columns);
  for (Row& row : rows) row.cells.assign(summary.columns.size(), Cell{row.sqnr_db, "", true});
  summary.rows = std::move(rows);
  return summary;
}

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
#include "report/depth_growth.h"

#include <algorithm>
#include <cmath>

namespace acc::report {
namespace {

constexpr double kExactDb = 100;
constexpr std::size_t kFewestTensors = 8;

double GrowthDb(std::size_t depth) { return 10 * std::log10(static_cast<double>(depth)); }

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// Whether each row diverges or has a row on its way that does.
std::vector<bool> BrokenRows(const Summary& summary, const Findings& findings) {
  std::vector<bool> broken(summary.rows.size());
  for (std::size_t row = 0; row < summary.rows.size(); ++row) {
    broken[row] = findings.loss_db[row] >= kDivergingLossDb;
    for (const std::size_t input : summary.rows[row].inputs) {
      if (input < row && broken[input]) broken[row] = true;
    }
  }
  return broken;
}

}  // namespace

double DepthGrowth::ExpectedDb(std::size_t at) const { return *first_db - GrowthDb(at); }

DepthGrowth DepthGrowthOf(const Summary& summary, const Findings& findings) {
  DepthGrowth growth;
  growth.depth.assign(summary.rows.size(), 1);
  if (!summary.topological) return growth;
  const std::vector<bool> broken = BrokenRows(summary, findings);
  std::vector<double> first;
  for (std::size_t row = 0; row < summary.rows.size(); ++row) {
    for (const std::size_t input : summary.rows[row].inputs) {
      if (input < row) growth.depth[row] = std::max(growth.depth[row], growth.depth[input] + 1);
    }
    const double sqnr_db = summary.rows[row].sqnr_db;
    if (broken[row] || !std::isfinite(sqnr_db) || sqnr_db >= kExactDb) continue;
    first.push_back(sqnr_db + GrowthDb(growth.depth[row]));
  }
  growth.counted = first.size();
  if (first.size() >= kFewestTensors) growth.first_db = Median(std::move(first));
  return growth;
}

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/shipped_outputs.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/text.h"
#include "report/row_text.h"

namespace acc::features {
namespace {

std::string ScoreText(const report::Shipped& shipped) {
  if (shipped.agreement) return fmt::format("{:.1f} % of it equal", 100 * *shipped.agreement);
  if (std::isnan(shipped.sqnr_db)) return "no SQNR";
  return report::DbText(shipped.sqnr_db) + " SQNR";
}

}  // namespace

verify::PairJob ShippedJob(const verify::PairJob& captured, const std::filesystem::path& plain) {
  verify::PairJob job = captured;
  job.files.target = plain;
  job.files.target_format = {};
  job.files.wide.reset();
  job.observer = nullptr;
  return job;
}

report::Shipped ShippedOf(const Result<verify::Comparison>& comparison, std::size_t sqnr) {
  report::Shipped shipped;
  if (!comparison.ok()) {
    shipped.verdict = verify::Verdict::kShapeMismatch;
    shipped.reason = comparison.status().message();
    return shipped;
  }
  shipped.verdict = comparison->verdict;
  shipped.reason = comparison->reason;
  if (comparison->discrete && comparison->sums.count > 0) {
    shipped.agreement = verify::Agreement(comparison->sums);
  } else if (comparison->sums.golden_square > 0) {
    shipped.sqnr_db = comparison->scores[sqnr].value;
  }
  return shipped;
}

std::vector<std::string> ShippedStatements(const report::Summary& summary) {
  std::vector<std::string> statements;
  for (const report::Row& row : summary.rows) {
    if (!row.shipped) continue;
    report::Shipped captured{.sqnr_db = row.sqnr_db, .agreement = row.agreement};
    statements.push_back(fmt::format(
        "The output '{}' as it ships, from the run without capture: {} against golden (captured: "
        "{}).",
        Printable(row.name), ScoreText(*row.shipped), ScoreText(captured)));
  }
  return statements;
}

}  // namespace acc::features

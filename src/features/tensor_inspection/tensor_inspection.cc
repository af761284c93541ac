// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "features/comparison/comparison_run.h"
#include "features/comparison/plan.h"
#include "features/comparison/sources.h"
#include "features/comparison/tensor_inspector.h"
#include "features/shared/feature_run.h"
#include "features/tensor_inspection/feature.h"
#include "report/findings.h"
#include "report/report.h"

namespace acc::features {
namespace {

std::size_t InspectedCount(const report::Summary& summary) {
  return static_cast<std::size_t>(std::count_if(
      summary.rows.begin(), summary.rows.end(),
      [](const report::Row& row) { return row.verdict != verify::Verdict::kShapeMismatch; }));
}

}  // namespace

Result<Outcome> RunTensorInspection(const TensorInspectionOptions& options) {
  ACC_ASSIGN_OR_RETURN(auto columns, DefaultColumns(options.default_verifiers));
  ACC_RETURN_IF_ERROR(CheckScaledDiff(options, columns, kInspectionGraphFlags));
  ACC_ASSIGN_OR_RETURN(auto run, FeatureRun::Open(options.common, TensorInspection()));
  TensorInspector inspector(run.path(), {});
  ACC_ASSIGN_OR_RETURN(const report::Summary summary,
                       CompareRuns(options, std::move(columns), &inspector, kInspectionGraphFlags));
  ACC_RETURN_IF_ERROR(report::WriteAssets(run.path()));
  ACC_RETURN_IF_ERROR(inspector.Finish(summary));
  Outcome outcome;
  outcome.directory = run.path();
  outcome.thresholds_met = summary.gate.empty();
  outcome.statements = summary.statements;
  outcome.summary_lines = report::TextLines(summary, report::FindingsOf(summary));
  outcome.summary_lines.push_back(fmt::format("{} inspected: {}",
                                              Counted(InspectedCount(summary), "tensor"),
                                              (run.path() / "index.html").native()));
  ACC_RETURN_IF_ERROR(run.Finish(outcome));
  return outcome;
}

}  // namespace acc::features

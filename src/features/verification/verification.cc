// SPDX-License-Identifier: BSD-3-Clause
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "features/comparison/comparison_run.h"
#include "features/comparison/plan.h"
#include "features/comparison/sources.h"
#include "features/comparison/tensor_inspector.h"
#include "features/shared/feature_run.h"
#include "features/verification/feature.h"
#include "features/verification/sharing.h"
#include "report/findings.h"
#include "report/report.h"
#include "report/summary.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

Status CheckOptions(const VerificationOptions& options) {
  if (options.golden_output_reference_directory.empty()) {
    return UsageError("--golden_output_reference_directory is missing.");
  }
  if (options.inference_results.empty()) return UsageError("--inference_results is missing.");
  if (!options.dlc_path.empty() && !options.qnn_model_json_path.empty()) {
    return UsageError(
        "--dlc_path and --qnn_model_json_path both describe the target's model. Give one of them.");
  }
  return OkStatus();
}

Result<Outcome> CompareAndReport(const VerificationOptions& options,
                                 std::vector<PlannedColumn> columns, const fs::path& directory) {
  TensorInspector inspector(directory / "tensor_inspection",
                            {.assets = "../report_assets", .images = true});
  const bool inspects = options.enable_tensor_inspection;
  ACC_ASSIGN_OR_RETURN(
      const report::Summary summary,
      CompareRuns(options, std::move(columns), inspects ? &inspector : nullptr, kGraphFlags));
  const report::Findings findings = report::FindingsOf(summary);
  ACC_RETURN_IF_ERROR(report::WriteReport(directory, summary, findings));
  if (inspects) ACC_RETURN_IF_ERROR(inspector.Finish(summary));

  Outcome outcome;
  outcome.directory = directory;
  outcome.thresholds_met = summary.gate.empty();
  outcome.statements = summary.statements;
  outcome.summary_lines = report::TextLines(summary, findings);
  outcome.summary_lines.push_back("Report: " + (directory / "report.html").native());
  if (!options.share.empty()) {
    ACC_ASSIGN_OR_RETURN(std::string line, Share(options, summary, directory));
    outcome.summary_lines.push_back(std::move(line));
  }
  return outcome;
}

}  // namespace

Result<Outcome> RunVerification(const VerificationOptions& options) {
  ACC_RETURN_IF_ERROR(CheckOptions(options));
  ACC_RETURN_IF_ERROR(CheckShare(options));
  // What the command line alone can get wrong leaves no run behind.
  ACC_ASSIGN_OR_RETURN(auto columns, DefaultColumns(options.default_verifiers));
  ACC_RETURN_IF_ERROR(CheckScaledDiff(options, columns, kGraphFlags));
  ACC_RETURN_IF_ERROR(CheckVerifierConfig(options));
  ACC_ASSIGN_OR_RETURN(auto run, FeatureRun::Open(options.common, Verification()));
  ACC_ASSIGN_OR_RETURN(Outcome outcome, CompareAndReport(options, std::move(columns), run.path()));
  ACC_RETURN_IF_ERROR(run.Finish(outcome));
  return outcome;
}

}  // namespace acc::features

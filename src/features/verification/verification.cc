// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/counted.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "features/comparison/comparison_run.h"
#include "features/comparison/pair_distribution.h"
#include "features/comparison/plan.h"
#include "features/comparison/sources.h"
#include "features/comparison/target_format.h"
#include "features/comparison/tensor_inspector.h"
#include "features/features.h"
#include "features/shared/feature_run.h"
#include "features/verification/discrete_tensor.h"
#include "features/verification/gate.h"
#include "features/verification/graph.h"
#include "features/verification/layout_check.h"
#include "features/verification/sharing.h"
#include "features/verification/shipped_outputs.h"
#include "match/match.h"
#include "match/names.h"
#include "report/findings.h"
#include "report/inspected_tensor.h"
#include "report/report.h"
#include "report/summary.h"
#include "store/graph_struct.h"
#include "tensor/shape.h"
#include "verify/comparison.h"
#include "verify/verifiers.h"

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

std::vector<TensorNeighbours> NeighboursOf(const VerificationSources& sources) {
  if (!sources.graph) return std::vector<TensorNeighbours>(sources.matches.pairs.size());
  std::vector<std::string> names;
  for (const match::Pair& pair : sources.matches.pairs) names.push_back(pair.target.name);
  return Neighbours(*sources.graph, names);
}

// Compares all pairs and turns the answers into rows of the report.
class PairComparison {
 public:
  // `inspector` may be null. With one, distributions come from it.
  PairComparison(const VerificationSources& sources, TensorInspector* inspector,
                 bool with_distributions)
      : sources_(sources),
        pairs_(sources.matches.pairs),
        neighbours_(NeighboursOf(sources)),
        indices_(sources.graph ? TensorsOfIndices(*sources.graph) : std::set<std::string>()),
        inspector_(inspector),
        with_distributions_(with_distributions) {}

  Result<report::Summary> Run() {
    ACC_RETURN_IF_ERROR(PlanRequests());
    std::vector<verify::PairJob> jobs = Jobs();
    Observe(jobs);
    if (AsksFor(sources_.columns, "ScaledDiff")) AddInputRanges(jobs);
    Progress progress("compare", jobs.size());
    const auto results = verify::CompareAll(jobs, &progress);
    ACC_RETURN_IF_ERROR(CheckInterrupted());
    CompareShipped(jobs);
    TakeDistributions();
    doubts_ = DoubtLayouts(pairs_, jobs, results);
    ACC_RETURN_IF_ERROR(CheckInterrupted());
    LogDoubts();
    return SummaryOf(results);
  }

 private:
  // What is asked of one pair. SQNR is always among it: the findings rest on it.
  struct PairPlan {
    std::vector<verify::Request> requests;
    std::vector<std::size_t> columns;  // Of the requests, in their order.
    std::size_t sqnr = 0;              // Index into requests.
    std::optional<std::size_t> companion;
  };

  Status PlanRequests() {
    const std::vector<std::string> words = {"SQNR"};
    ACC_ASSIGN_OR_RETURN(const verify::Request sqnr, verify::ParseRequest(words));
    plans_.resize(pairs_.size());
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
      PairPlan& plan = plans_[pair];
      std::optional<std::size_t> sqnr_at;
      for (std::size_t column = 0; column < sources_.columns.size(); ++column) {
        const PlannedColumn& planned = sources_.columns[column];
        if (!planned.Judges(pair)) continue;
        if (planned.column.request.info == sqnr.info) sqnr_at = plan.requests.size();
        plan.requests.push_back(planned.column.request);
        plan.columns.push_back(column);
        if (!planned.for_all && planned.pairs.at(pair)) plan.companion = planned.pairs.at(pair);
      }
      if (!sqnr_at) plan.requests.push_back(sqnr);
      plan.sqnr = sqnr_at.value_or(plan.requests.size() - 1);
    }
    return OkStatus();
  }

  verify::PairFiles FilesOf(std::size_t pair) const {
    const match::Pair& matched = pairs_[pair];
    verify::PairFiles files;
    files.golden = sources_.golden_directory / matched.golden.file;
    files.target = sources_.target_directory / sources_.target_files[pair].file;
    files.target_format = sources_.target_files[pair].format;
    files.has_dims = matched.target.dims.has_value();
    if (files.has_dims) files.dims = *matched.target.dims;
    files.golden_to_target = matched.golden_to_target;
    files.discrete = IsDiscrete(matched) || indices_.contains(matched.target.name);
    AddExactCopies(matched, sources_.golden_directory, sources_.target_directory, files);
    return files;
  }

  std::vector<verify::PairJob> Jobs() const {
    std::vector<verify::PairJob> jobs;
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
      verify::PairFiles files = FilesOf(pair);
      if (const auto companion = plans_[pair].companion) {
        files.companion = std::make_shared<const verify::PairFiles>(FilesOf(*companion));
      }
      jobs.push_back({std::move(files), plans_[pair].requests});
    }
    return jobs;
  }

  void CompareShipped(const std::vector<verify::PairJob>& jobs) {
    shipped_.resize(pairs_.size());
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
      const std::string& plain = pairs_[pair].target.plain_file;
      if (plain.empty()) continue;
      const verify::PairJob job = ShippedJob(jobs[pair], sources_.target_directory / plain);
      shipped_[pair] = ShippedOf(verify::Compare(job.files, job.requests), plans_[pair].sqnr);
    }
  }

  void Observe(std::vector<verify::PairJob>& jobs) {
    shown_.resize(jobs.size());
    for (std::size_t pair = 0; pair < jobs.size(); ++pair) {
      if (inspector_ != nullptr) {
        jobs[pair].observer = Inspect(jobs[pair], pair);
      } else if (with_distributions_) {
        jobs[pair].observer = Watch(pair);
      }
    }
  }

  void TakeDistributions() {
    for (std::size_t pair = 0; pair < observers_.size(); ++pair) {
      shown_[pair].distribution = observers_[pair].distribution();
    }
  }

  verify::PairObserver* Inspect(const verify::PairJob& job, std::size_t pair) {
    return inspector_->Observe(pairs_[pair], job.files, EncodingOf(sources_, pairs_[pair]),
                               plans_[pair].requests, sources_.target_files[pair].note,
                               &shown_[pair]);
  }

  verify::PairObserver* Watch(std::size_t pair) {
    const auto encoding = EncodingOf(sources_, pairs_[pair]);
    observers_.emplace_back(CollectorOptionsOf(pairs_[pair].target, encoding),
                            report::StepOf(encoding));
    return &observers_.back();
  }

  // ScaledDiff wants the golden ranges of what each node reads, which takes a pass of its own.
  void AddInputRanges(std::vector<verify::PairJob>& jobs) const {
    std::vector<verify::PairJob> range_jobs;
    for (const verify::PairJob& job : jobs) range_jobs.push_back({job.files, {}});
    const auto ranges = verify::CompareAll(range_jobs);
    for (std::size_t pair = 0; pair < jobs.size(); ++pair) {
      for (const std::size_t input : neighbours_[pair].inputs) {
        if (!ranges[input].ok()) continue;
        const verify::PairSums& sums = ranges[input]->sums;
        jobs[pair].files.input_ranges.emplace_back(sums.golden_min, sums.golden_max);
      }
    }
  }

  // Decibels say nothing of names; who sets a threshold in decibels gets what they asked for.
  static report::Cell CellOf(const verify::Comparison& comparison, const verify::Request& request,
                             std::size_t index) {
    const verify::Score& score = comparison.scores[index];
    report::Cell cell{score.value, score.note, comparison.within_threshold[index]};
    const bool is_named = comparison.discrete && comparison.sums.count > 0;
    if (is_named && request.info->unit == "dB" && !request.threshold) {
      cell.score = std::numeric_limits<double>::quiet_NaN();
      cell.note = fmt::format("not scored in dB: {} of {} integers are equal",
                              comparison.sums.equal, comparison.sums.count);
    }
    return cell;
  }

  report::Row RowOf(std::size_t index, const verify::Comparison& comparison) const {
    const match::Pair& pair = pairs_[index];
    const PairPlan& plan = plans_[index];
    report::Row row;
    row.name = pair.target.name;
    row.golden_name = pair.golden.name;
    row.node = pair.target.node;
    row.layer_type = pair.target.op_type;
    row.processor = pair.target.processor;
    row.dims = pair.target.dims;
    if (row.dims && pair.target.axis_order != AxisOrder::kSource) {
      row.layout = LayoutName(pair.target.axis_order, row.dims->size());
    }
    row.size = row.dims ? ElementCount(*row.dims).value_or(0) : comparison.sums.count;
    row.cells.resize(sources_.columns.size());
    for (std::size_t i = 0; i < plan.columns.size(); ++i) {
      row.cells[plan.columns[i]] = CellOf(comparison, plan.requests[i], i);
    }
    // Against a golden tensor of zeros any error is infinitely large and none is a finding.
    row.sqnr_db = comparison.sums.golden_square > 0 && !comparison.discrete
                      ? comparison.scores[plan.sqnr].value
                      : std::numeric_limits<double>::quiet_NaN();
    if (comparison.discrete && comparison.sums.count > 0) {
      row.agreement = verify::Agreement(comparison.sums);
    }
    row.shipped = shipped_[index];
    row.sums = comparison.sums;
    row.verdict = comparison.verdict;
    row.reason = comparison.reason;
    row.worst = comparison.worst;
    row.matched_by = match::Name(pair.strategy);
    row.note = pair.layout_note;
    if (pair.target.is_disturbed) {
      row.note += std::string(row.note.empty() ? "" : "; ") +
                  "from a captured run that gives other outputs than the one that ships";
    }
    if (const auto& doubt = doubts_[index]) {
      row.note += (row.note.empty() ? "" : "; ") + ToText(*doubt);
    }
    row.encoding = EncodingOf(sources_, pair);
    row.distribution = shown_[index].distribution;
    row.inspection = shown_[index].folder;
    return row;
  }

  void LogDoubts() const {
    const auto first = std::ranges::find_if(doubts_, [](const auto& doubt) { return !!doubt; });
    if (first == doubts_.end()) return;
    const auto count = std::ranges::count_if(doubts_, [](const auto& doubt) { return !!doubt; });
    LogWarn("{} ('{}', the first of {} such tensors; the summary says which). {}", ToText(**first),
            Printable(pairs_[static_cast<std::size_t>(first - doubts_.begin())].target.name), count,
            sources_.graph ? fmt::format("Check that {} describes the model that made the results.",
                                         sources_.graph_flags.all)
                           : fmt::format("Give {}, of the model that made the results.",
                                         sources_.graph_flags.best));
  }

  // Pairs that cannot be compared (an unreadable file) are listed as unmatched, with the reason.
  Result<report::Summary> SummaryOf(const std::vector<Result<verify::Comparison>>& results) const {
    report::Summary summary;
    for (const PlannedColumn& planned : sources_.columns) summary.columns.push_back(planned.column);
    summary.unmatched_golden.assign(sources_.matches.unmatched_golden.begin(),
                                    sources_.matches.unmatched_golden.end());
    summary.unmatched_target.assign(sources_.matches.unmatched_target.begin(),
                                    sources_.matches.unmatched_target.end());
    summary.topological = sources_.graph.has_value();
    std::vector<std::optional<std::size_t>> row_of(pairs_.size());
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
      if (!results[pair].ok()) {
        const std::string reason = results[pair].status().message();
        LogWarn("'{}' cannot be compared: {}", Printable(pairs_[pair].target.name), reason);
        summary.unmatched_target.push_back({pairs_[pair].target.name, reason});
        continue;
      }
      row_of[pair] = summary.rows.size();
      summary.rows.push_back(RowOf(pair, *results[pair]));
    }
    ACC_RETURN_IF_ERROR(CheckSomethingCompared(summary));
    summary.gate = GateFailures(summary, sources_.matches);
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
      if (!row_of[pair]) continue;
      report::Row& row = summary.rows[*row_of[pair]];
      row.is_output = neighbours_[pair].is_output;
      for (const std::size_t input : neighbours_[pair].inputs) {
        if (row_of[input]) row.inputs.push_back(*row_of[input]);
      }
    }
    AddGraphs(summary);
    return summary;
  }

  // Pairs of other sizes alone are no comparison.
  Status CheckSomethingCompared(const report::Summary& summary) const {
    if (summary.rows.empty()) {
      return Failure("no tensor pair could be compared; the first because: " +
                     summary.unmatched_target.back().reason);
    }
    const auto is_other_size = [](const report::Row& row) {
      return row.verdict == verify::Verdict::kShapeMismatch;
    };
    // The inspector has words of its own for it.
    if (inspector_ != nullptr || !std::ranges::all_of(summary.rows, is_other_size)) {
      return OkStatus();
    }
    const report::Row& first = summary.rows.front();
    return Failure(fmt::format(
        "no tensor pair could be compared: golden and target differ in size in all {}. The first, "
        "'{}': {}. Both sides must hold float32, of the same input.",
        summary.rows.size(), Printable(first.name), first.reason));
  }

  void AddGraphs(report::Summary& summary) const {
    std::vector<std::string> golden;
    std::vector<std::string> target;
    for (const report::Row& row : summary.rows) {
      golden.push_back(row.golden_name);
      target.push_back(row.name);
    }
    if (sources_.graph) {
      // What became of a tensor that the target does not store is said of its golden twin.
      std::vector<store::SkippedTensor> unmatched = summary.unmatched_target;
      unmatched.insert(unmatched.end(), summary.unmatched_golden.begin(),
                       summary.unmatched_golden.end());
      summary.target_graph =
          DrawnGraph(*sources_.graph, target, unmatched, "not among the target's outputs");
    }
    if (sources_.golden_graph) {
      summary.golden_graph = DrawnGraph(*sources_.golden_graph, golden, summary.unmatched_golden,
                                        "not among the golden outputs");
    }
  }

  const VerificationSources& sources_;
  const std::vector<match::Pair>& pairs_;
  std::vector<TensorNeighbours> neighbours_;
  std::set<std::string> indices_;  // Target tensors that hold indices.
  std::vector<PairPlan> plans_;
  std::vector<std::optional<LayoutDoubt>> doubts_;
  TensorInspector* inspector_;
  bool with_distributions_;
  std::deque<DistributionObserver> observers_;  // They do not move.
  std::vector<InspectionShown> shown_;
  std::vector<std::optional<report::Shipped>> shipped_;
};

// Verifiers that answer for certain tensors alone.
void WarnOfNeeds(const std::vector<PlannedColumn>& columns) {
  for (const PlannedColumn& planned : columns) {
    const verify::VerifierInfo& info = *planned.column.request.info;
    if (!planned.for_all || info.needs.empty()) continue;
    LogWarn("{} needs {}. Other tensors get no score.", info.name, info.needs);
  }
}

// A verifier that answered for no tensor at all must not pass for one that found nothing.
void StateSilentVerifiers(report::Summary& summary) {
  for (std::size_t column = 0; column < summary.columns.size(); ++column) {
    const verify::VerifierInfo& info = *summary.columns[column].request.info;
    const bool is_silent = std::ranges::all_of(summary.rows, [&](const report::Row& row) {
      return !row.cells[column] || std::isnan(row.cells[column]->score);
    });
    if (info.needs.empty() || !is_silent) continue;
    summary.statements.push_back(
        fmt::format("{} has a score for no tensor: it needs {}.", info.name, info.needs));
  }
}

void LogMatches(const match::Matches& matches, const GraphFlags& graph_flags) {
  LogInfo("{}; {} target and {} golden tensors without a twin",
          Counted(matches.pairs.size(), "tensor pair"), matches.unmatched_target.size(),
          matches.unmatched_golden.size());
  for (const auto& tensor : matches.unmatched_target) {
    LogDebug("target '{}' is not compared: {}", Printable(tensor.name), Printable(tensor.reason));
  }
  for (const auto& tensor : matches.unmatched_golden) {
    LogDebug("golden '{}' is not compared: {}", Printable(tensor.name), Printable(tensor.reason));
  }
  const auto guessed = std::count_if(matches.pairs.begin(), matches.pairs.end(),
                                     [](const match::Pair& pair) { return pair.layout_guessed; });
  if (guessed > 0) {
    LogWarn(
        "the axis order of {} had to be inferred; the summary says which. "
        "It is told by {}.",
        Counted(static_cast<std::size_t>(guessed), "tensor"), graph_flags.all);
  }
  const auto unknown = std::ranges::count_if(matches.pairs, [](const match::Pair& pair) {
    return !pair.golden.dims && !pair.target.dims;
  });
  if (unknown > 0) {
    LogWarn(
        "the dims of {} are known on neither side, so their axis order is taken as equal. "
        "They are told by {}.",
        Counted(static_cast<std::size_t>(unknown), "tensor"), graph_flags.all);
  }
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

Result<report::Summary> CompareRuns(const VerificationOptions& options,
                                    std::vector<PlannedColumn> columns, TensorInspector* inspector,
                                    const GraphFlags& graph_flags) {
  ACC_ASSIGN_OR_RETURN(const VerificationSources sources,
                       ReadSources(options, std::move(columns), graph_flags));
  LogMatches(sources.matches, graph_flags);
  WarnOfNeeds(sources.columns);
  ACC_ASSIGN_OR_RETURN(report::Summary summary,
                       PairComparison(sources, inspector, !options.no_histograms).Run());
  summary.golden_directory = sources.golden_directory.native();
  summary.target_directory = sources.target_directory.native();
  summary.statements = ShippedStatements(summary);
  summary.statements.insert(summary.statements.end(), sources.statements.begin(),
                            sources.statements.end());
  StateSilentVerifiers(summary);
  summary.command = options.common.command;
  summary.golden_command = options.golden_command;
  return summary;
}

Result<Outcome> RunVerification(const VerificationOptions& options) {
  ACC_RETURN_IF_ERROR(CheckOptions(options));
  ACC_RETURN_IF_ERROR(CheckShare(options));
  // What the command line alone can get wrong leaves no run behind.
  ACC_ASSIGN_OR_RETURN(auto columns, DefaultColumns(options.default_verifiers));
  ACC_RETURN_IF_ERROR(CheckScaledDiff(options, columns, kGraphFlags));
  ACC_RETURN_IF_ERROR(CheckVerifierConfig(options));
  ACC_ASSIGN_OR_RETURN(auto run, FeatureRun::Open(options.common, "verification"));
  ACC_ASSIGN_OR_RETURN(Outcome outcome, CompareAndReport(options, std::move(columns), run.path()));
  ACC_RETURN_IF_ERROR(run.Finish(outcome));
  return outcome;
}

}  // namespace acc::features

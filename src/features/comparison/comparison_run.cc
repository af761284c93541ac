// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/comparison_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "features/comparison/layout_check.h"
#include "features/comparison/pair_work.h"
#include "features/comparison/shipped_outputs.h"
#include "features/comparison/summary.h"
#include "match/match.h"
#include "report/inspected_tensor.h"
#include "store/dissection.h"
#include "store/hazards.h"
#include "verify/verifiers.h"

namespace acc::features {
namespace {

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

// One for each pair, with the observer that is to watch it. `pairs` must outlive them.
std::vector<verify::PairJob> JobsOf(std::vector<PairWork>& pairs, TensorInspector* inspector,
                                    bool with_distributions) {
  std::vector<verify::PairJob> jobs;
  for (PairWork& work : pairs) {
    verify::PairJob& job = jobs.emplace_back(verify::PairJob{work.files, work.requests});
    if (inspector != nullptr) {
      job.observer = inspector->Observe(*work.matched, work.files, work.encoding, work.requests,
                                        work.target_file->note, &work.shown);
    } else if (with_distributions) {
      work.watcher = std::make_unique<DistributionObserver>(
          CollectorOptionsOf(work.matched->target, work.encoding), report::StepOf(work.encoding));
      job.observer = work.watcher.get();
    }
  }
  return jobs;
}

// ScaledDiff wants the golden ranges of what each node reads, which takes a pass of its own.
void AddInputRanges(const std::vector<PairWork>& pairs, std::vector<verify::PairJob>& jobs) {
  std::vector<verify::PairJob> range_jobs;
  for (const verify::PairJob& job : jobs) range_jobs.push_back({job.files, {}});
  const auto ranges = verify::CompareAll(range_jobs);
  for (std::size_t pair = 0; pair < jobs.size(); ++pair) {
    for (const std::size_t input : pairs[pair].neighbours.inputs) {
      if (!ranges[input].ok()) continue;
      const verify::PairSums& sums = ranges[input]->sums;
      jobs[pair].files.input_ranges.emplace_back(sums.golden_min, sums.golden_max);
    }
  }
}

void CompareShipped(const std::filesystem::path& run, const verify::PairJob& job, PairWork& work) {
  const std::string& plain = work.matched->target.plain_file;
  if (plain.empty()) return;
  const verify::PairJob shipped = ShippedJob(job, run / plain);
  work.shipped = ShippedOf(verify::Compare(shipped.files, shipped.requests), work.sqnr);
}

void NoteDoubts(const VerificationSources& sources, std::span<const verify::PairJob> jobs,
                std::span<const Result<verify::Comparison>> results, std::vector<PairWork>& pairs) {
  auto doubts = DoubtLayouts(sources.matches.pairs, jobs, results);
  for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
    pairs[pair].doubt = std::move(doubts[pair]);
  }
  const auto is_doubtful = [](const PairWork& work) { return work.doubt.has_value(); };
  const auto first = std::ranges::find_if(pairs, is_doubtful);
  if (first == pairs.end()) return;
  LogWarn(
      "{} ('{}', the first of {} such tensors; the summary says which). {}", ToText(*first->doubt),
      Printable(first->matched->target.name), std::ranges::count_if(pairs, is_doubtful),
      sources.graph
          ? fmt::format("Check that {} describes the model that made the results.",
                        sources.graph_flags.all)
          : fmt::format("Give {}, of the model that made the results.", sources.graph_flags.best));
}

Result<report::Summary> ComparePairs(const VerificationSources& sources, TensorInspector* inspector,
                                     bool with_distributions) {
  ACC_ASSIGN_OR_RETURN(std::vector<PairWork> pairs, PlanWork(sources));
  std::vector<verify::PairJob> jobs = JobsOf(pairs, inspector, with_distributions);
  if (AsksFor(sources.columns, "ScaledDiff")) AddInputRanges(pairs, jobs);
  Progress progress("compare", jobs.size());
  const auto results = verify::CompareAll(jobs, &progress);
  ACC_RETURN_IF_ERROR(CheckInterrupted());
  for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
    CompareShipped(sources.target_directory, jobs[pair], pairs[pair]);
    const auto& watcher = pairs[pair].watcher;
    if (watcher != nullptr) pairs[pair].shown.distribution = watcher->distribution();
  }
  NoteDoubts(sources, jobs, results, pairs);
  ACC_RETURN_IF_ERROR(CheckInterrupted());
  return SummaryOf(sources, pairs, results, inspector != nullptr);
}

// A file of the inference_engine run that has these results, two folders above them; nothing where
// there is none.
std::optional<std::filesystem::path> FileOfRun(const std::filesystem::path& results,
                                               std::string_view name) {
  std::error_code error;
  auto file = results.parent_path().parent_path() / name;
  return std::filesystem::exists(file, error) ? std::optional(std::move(file)) : std::nullopt;
}

// What the run knows of nodes that the target gets wrong.
void AddHazards(const std::filesystem::path& results, report::Summary& summary) {
  const auto file = FileOfRun(results, "hazards.json");
  if (!file) return;
  auto hazards = store::ReadHazards(*file);
  if (!hazards.ok()) return LogWarn("{}; it is left out", hazards.status().message());
  summary.hazards = *std::move(hazards);
}

// What the run measured of each layer, where that is of these results.
void AddDissection(const std::filesystem::path& results, report::Summary& summary) {
  const auto file = FileOfRun(results, "dissection.json");
  if (!file) return;
  auto dissection = store::ReadDissection(*file);
  if (!dissection.ok()) return LogWarn("{}; it is left out", dissection.status().message());
  if (results.filename() != fmt::format("Result_{}", dissection->line)) return;
  std::map<std::string, store::LayerErrors> layers;
  for (store::LayerErrors& layer : dissection->layers) {
    std::string tensor = layer.tensor;
    layers.emplace(std::move(tensor), std::move(layer));
  }
  dissection->layers.clear();
  for (report::Row& row : summary.rows) {
    if (const auto found = layers.find(row.name); found != layers.end()) row.layer = found->second;
  }
  summary.dissection = *std::move(dissection);
}

// What the inference_engine run that has these results measured beyond them.
void AddWhatWasMeasured(const std::filesystem::path& target, report::Summary& summary) {
  std::error_code error;
  const auto results = std::filesystem::weakly_canonical(target, error);
  if (error) return;
  AddHazards(results, summary);
  AddDissection(results, summary);
}

}  // namespace

Result<report::Summary> CompareRuns(const ComparisonOptions& options,
                                    std::vector<PlannedColumn> columns, TensorInspector* inspector,
                                    const GraphFlags& graph_flags) {
  ACC_ASSIGN_OR_RETURN(const VerificationSources sources,
                       ReadSources(options, std::move(columns), graph_flags));
  LogMatches(sources.matches, graph_flags);
  WarnOfNeeds(sources.columns);
  ACC_ASSIGN_OR_RETURN(report::Summary summary,
                       ComparePairs(sources, inspector, !options.no_histograms));
  summary.golden_directory = sources.golden_directory.native();
  summary.target_directory = sources.target_directory.native();
  summary.statements = ShippedStatements(summary);
  summary.statements.insert(summary.statements.end(), sources.statements.begin(),
                            sources.statements.end());
  StateSilentVerifiers(summary);
  AddWhatWasMeasured(sources.target_directory, summary);
  summary.command = options.common.origin.command;
  summary.golden_command = options.golden_command;
  return summary;
}

}  // namespace acc::features

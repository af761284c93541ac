// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "features/comparison/gate.h"
#include "features/comparison/graph.h"
#include "match/match.h"
#include "tensor/shape.h"

namespace acc::features {
namespace {

// Decibels say nothing of names; who sets a threshold in decibels gets what they asked for.
report::Cell CellOf(const verify::Comparison& comparison, const verify::Request& request,
                    std::size_t index) {
  const verify::Score& score = comparison.scores[index];
  report::Cell cell{score.value, score.note, comparison.within_threshold[index]};
  const bool is_named = comparison.discrete && comparison.sums.count > 0;
  if (is_named && request.info->unit == "dB" && !request.threshold) {
    cell.score = std::numeric_limits<double>::quiet_NaN();
    cell.note = fmt::format("not scored in dB: {} of {} integers are equal", comparison.sums.equal,
                            comparison.sums.count);
  }
  return cell;
}

std::string NoteOf(const PairWork& work) {
  std::vector<std::string> notes;
  if (!work.matched->layout_note.empty()) notes.push_back(work.matched->layout_note);
  if (work.matched->target.is_disturbed) {
    notes.emplace_back("from a captured run that gives other outputs than the one that ships");
  }
  if (work.doubt) notes.push_back(ToText(*work.doubt));
  return Join(notes, "; ");
}

report::Row RowOf(const PairWork& work, const verify::Comparison& comparison, std::size_t columns) {
  const match::Pair& pair = *work.matched;
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
  row.cells.resize(columns);
  for (std::size_t i = 0; i < work.columns.size(); ++i) {
    row.cells[work.columns[i]] = CellOf(comparison, work.requests[i], i);
  }
  // Against a golden tensor of zeros any error is infinitely large and none is a finding.
  row.sqnr_db = comparison.sums.golden_square > 0 && !comparison.discrete
                    ? comparison.scores[work.sqnr].value
                    : std::numeric_limits<double>::quiet_NaN();
  if (comparison.discrete && comparison.sums.count > 0) {
    row.agreement = verify::Agreement(comparison.sums);
  }
  row.shipped = work.shipped;
  row.sums = comparison.sums;
  row.verdict = comparison.verdict;
  row.reason = comparison.reason;
  row.worst = comparison.worst;
  row.matched_by = match::Name(pair.strategy);
  row.note = NoteOf(work);
  row.encoding = work.encoding;
  row.distribution = work.shown.distribution;
  row.inspection = work.shown.folder;
  return row;
}

// Pairs of other sizes alone are no comparison.
Status CheckSomethingCompared(const report::Summary& summary, bool inspects) {
  if (summary.rows.empty()) {
    return Failure("no tensor pair could be compared; the first because: " +
                   summary.unmatched_target.back().reason);
  }
  const auto is_other_size = [](const report::Row& row) {
    return row.verdict == verify::Verdict::kShapeMismatch;
  };
  // The inspector has words of its own for it.
  if (inspects || !std::ranges::all_of(summary.rows, is_other_size)) return OkStatus();
  const report::Row& first = summary.rows.front();
  return Failure(fmt::format(
      "no tensor pair could be compared: golden and target differ in size in all {}. The first, "
      "'{}': {}. Both sides must hold float32, of the same input.",
      summary.rows.size(), Printable(first.name), first.reason));
}

void AddGraphs(const VerificationSources& sources, report::Summary& summary) {
  std::vector<std::string> golden;
  std::vector<std::string> target;
  for (const report::Row& row : summary.rows) {
    golden.push_back(row.golden_name);
    target.push_back(row.name);
  }
  if (sources.graph) {
    // What became of a tensor that the target does not store is said of its golden twin.
    std::vector<store::SkippedTensor> unmatched = summary.unmatched_target;
    unmatched.insert(unmatched.end(), summary.unmatched_golden.begin(),
                     summary.unmatched_golden.end());
    summary.target_graph =
        DrawnGraph(*sources.graph, target, unmatched, "not among the target's outputs");
  }
  if (sources.golden_graph) {
    summary.golden_graph = DrawnGraph(*sources.golden_graph, golden, summary.unmatched_golden,
                                      "not among the golden outputs");
  }
}

// One for each pair; nothing where it has no row.
using RowPlaces = std::vector<std::optional<std::size_t>>;

RowPlaces AddRows(std::span<const PairWork> pairs,
                  std::span<const Result<verify::Comparison>> results, report::Summary& summary) {
  RowPlaces places(pairs.size());
  for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
    if (!results[pair].ok()) {
      const std::string& name = pairs[pair].matched->target.name;
      const std::string reason = results[pair].status().message();
      LogWarn("'{}' cannot be compared: {}", Printable(name), reason);
      summary.unmatched_target.push_back({name, reason});
      continue;
    }
    places[pair] = summary.rows.size();
    summary.rows.push_back(RowOf(pairs[pair], *results[pair], summary.columns.size()));
  }
  return places;
}

void ConnectRows(std::span<const PairWork> pairs, const RowPlaces& places,
                 report::Summary& summary) {
  for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
    if (!places[pair]) continue;
    report::Row& row = summary.rows[*places[pair]];
    row.is_output = pairs[pair].neighbours.is_output;
    for (const std::size_t input : pairs[pair].neighbours.inputs) {
      if (places[input]) row.inputs.push_back(*places[input]);
    }
  }
}

}  // namespace

Result<report::Summary> SummaryOf(const VerificationSources& sources,
                                  std::span<const PairWork> pairs,
                                  std::span<const Result<verify::Comparison>> results,
                                  bool inspects) {
  report::Summary summary;
  for (const PlannedColumn& planned : sources.columns) summary.columns.push_back(planned.column);
  summary.unmatched_golden.assign(sources.matches.unmatched_golden.begin(),
                                  sources.matches.unmatched_golden.end());
  summary.unmatched_target.assign(sources.matches.unmatched_target.begin(),
                                  sources.matches.unmatched_target.end());
  summary.topological = sources.graph.has_value();
  const RowPlaces places = AddRows(pairs, results, summary);
  ACC_RETURN_IF_ERROR(CheckSomethingCompared(summary, inspects));
  summary.gate = GateFailures(summary, sources.matches);
  ConnectRows(pairs, places, summary);
  AddGraphs(sources, summary);
  return summary;
}

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
#include "report/small_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace acc::report {
namespace {

constexpr double kWithheld = std::numeric_limits<double>::quiet_NaN();

// Verifiers whose scores are the same for tensors a thousand times as large.
constexpr std::string_view kWithoutScale[] = {
    "AdjustedRtolAtol", "CosineSimilarity", "MeanIOU", "RtolAtol", "SQNR", "TopK"};
constexpr std::string_view kOfInputRanges = "ScaledDiff";

std::string WithheldNote() {
  return fmt::format("statistics of fewer than {} elements are withheld", kSmallestGroup);
}

bool IsSmall(std::uint64_t elements) { return elements > 0 && elements < kSmallestGroup; }
bool IsSmall(const Row& row) { return IsSmall(row.sums.finite); }

std::uint64_t Total(const std::vector<std::uint64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

// Each word that is a number, whatever brackets and commas stand around it.
std::string WithoutNumbers(const std::string& text) {
  constexpr std::string_view kAround = "(),;:'\"";
  std::string clean;
  for (const std::string& word : Split(text, ' ')) {
    const std::size_t first = std::min(word.find_first_not_of(kAround), word.size());
    const std::size_t last = word.find_last_not_of(kAround);
    const bool has_core = last != std::string::npos;
    const std::string core = has_core ? word.substr(first, last + 1 - first) : "";
    if (!clean.empty()) clean += ' ';
    clean += ParseDouble(core) ? word.substr(0, first) + "…" + word.substr(last + 1) : word;
  }
  return clean;
}

void Withhold(verify::PairSums& sums) {
  for (double* value :
       {&sums.golden_min, &sums.golden_max, &sums.golden_sum, &sums.golden_square, &sums.target_min,
        &sums.target_max, &sums.target_sum, &sums.target_square, &sums.product,
        &sums.difference_square, &sums.difference_abs, &sums.difference_max}) {
    *value = kWithheld;
  }
}

void WithholdScores(const std::vector<Column>& columns, bool is_small, Row& row) {
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!row.cells[i]) continue;
    const std::string_view name = columns[i].request.info->name;
    const bool keeps =
        is_small ? std::ranges::count(kWithoutScale, name) > 0 : name != kOfInputRanges;
    if (is_small) row.cells[i]->note = WithoutNumbers(row.cells[i]->note);
    if (keeps) continue;
    row.cells[i]->score = kWithheld;
    row.cells[i]->note = WithheldNote();
  }
}

// The sentences about the threshold quote the reasons of rows.
void ReplaceIn(std::vector<std::string>& sentences, const std::string& old,
               const std::string& now) {
  if (old.empty()) return;
  for (std::string& sentence : sentences) {
    const std::size_t at = sentence.find(old);
    if (at != std::string::npos) sentence.replace(at, old.size(), now);
  }
}

void WithholdRow(Summary& summary, Row& row) {
  Withhold(row.sums);
  row.encoding.reset();
  row.distribution.reset();
  WithholdScores(summary.columns, true, row);
  row.note = WithoutNumbers(row.note);
  const std::string reason = WithoutNumbers(row.reason);
  ReplaceIn(summary.gate, Printable(row.reason), reason);
  row.reason = reason + (reason.empty() ? "" : "; ") + WithheldNote();
  if (!row.shipped) return;
  const std::string shipped = WithoutNumbers(row.shipped->reason);
  ReplaceIn(summary.gate, Printable(row.shipped->reason), shipped);
  row.shipped->reason = shipped;
}

std::vector<std::uint64_t> Joined(const std::vector<std::uint64_t>& counts, std::size_t number) {
  std::vector<std::uint64_t> joined((counts.size() + number - 1) / number, 0);
  for (std::size_t i = 0; i < counts.size(); ++i) joined[i / number] += counts[i];
  return joined;
}

// So many bins in one that the average one has kSmallestGroup elements of the side that has fewer.
void JoinBins(inspect::CommonBins& bins, std::uint64_t elements) {
  const std::uint64_t most = std::max<std::uint64_t>(elements / kSmallestGroup, 1);
  const std::size_t number = (bins.golden.size() + most - 1) / most;
  if (number < 2) return;
  bins.golden = Joined(bins.golden, number);
  bins.target = Joined(bins.target, number);
  std::vector<double> edges;
  for (std::size_t i = 0; i < bins.golden.size(); ++i) edges.push_back(bins.edges[i * number]);
  edges.push_back(bins.edges.back());
  bins.edges = std::move(edges);
  bins.width *= static_cast<double>(number);
  bins.steps *= static_cast<int>(number);
}

void WithholdDistribution(Row& row) {
  if (!row.distribution) return;
  Distribution& distribution = *row.distribution;
  const std::uint64_t elements =
      std::min(Total(distribution.bins.golden), Total(distribution.bins.target));
  if (IsSmall(elements)) return row.distribution.reset();
  JoinBins(distribution.bins, elements);
  if (distribution.channel_count == 0) return;
  // All that is not finite may lie in one channel.
  const std::uint64_t each = row.sums.count / distribution.channel_count;
  const std::uint64_t missing = row.sums.count - row.sums.finite;
  if (each < kSmallestGroup + missing) distribution.worst_channels.clear();
}

}  // namespace

void WithholdSmallGroups(Summary& summary) {
  std::vector<bool> small;
  for (const Row& row : summary.rows) small.push_back(IsSmall(row));
  for (std::size_t i = 0; i < small.size(); ++i) {
    Row& row = summary.rows[i];
    if (small[i]) {
      WithholdRow(summary, row);
      continue;
    }
    WithholdDistribution(row);
    const bool reads_small =
        std::ranges::any_of(row.inputs, [&](std::size_t input) { return small[input]; });
    if (reads_small) WithholdScores(summary.columns, false, row);
  }
}

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
#include "report/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/text.h"
#include "report/html.h"
#include "report/row_text.h"

namespace acc::report {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kWorstCount = 5;

double Counted(double sqnr_db) { return std::clamp(sqnr_db, 0.0, kFaithfulDb); }

double InputsDb(const Summary& summary, const Row& row) {
  double lowest = kFaithfulDb;
  for (const std::size_t input : row.inputs) {
    const double sqnr_db = summary.rows[input].sqnr_db;
    if (!std::isnan(sqnr_db)) lowest = std::min(lowest, Counted(sqnr_db));
  }
  return lowest;
}

void CountVerdicts(const Summary& summary, Findings& findings) {
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    const Row& row = summary.rows[i];
    if (!row.note.empty()) ++findings.noted;
    if (row.sums.both_nan > 0 && !findings.first_both_nan) findings.first_both_nan = i;
    switch (row.verdict) {
      case verify::Verdict::kMatch:
        ++findings.matching;
        break;
      case verify::Verdict::kMismatch:
      case verify::Verdict::kShapeMismatch:
        ++findings.mismatching;
        break;
      case verify::Verdict::kSuspicious:
        ++findings.suspicious;
        break;
      case verify::Verdict::kNotFinite:
        ++findings.not_finite;
        if (!findings.first_not_finite) findings.first_not_finite = i;
        break;
      case verify::Verdict::kNotJudged:
        ++findings.not_judged;
        break;
    }
  }
}

// Rows with an SQNR that are not identical, the worst first.
std::vector<std::size_t> Ranked(const Summary& summary, const Findings& findings) {
  std::vector<std::size_t> ranked(summary.rows.size());
  std::iota(ranked.begin(), ranked.end(), std::size_t{0});
  std::erase_if(ranked, [&](std::size_t i) { return !std::isfinite(summary.rows[i].sqnr_db); });
  const auto loss = [&](std::size_t i) {
    return std::isnan(findings.loss_db[i]) ? 0.0 : std::max(0.0, findings.loss_db[i]);
  };
  std::stable_sort(ranked.begin(), ranked.end(), [&](std::size_t a, std::size_t b) {
    if (loss(a) != loss(b)) return loss(a) > loss(b);
    return summary.rows[a].sqnr_db < summary.rows[b].sqnr_db;
  });
  return ranked;
}

std::string Quoted(const Row& row) {
  const std::string type =
      row.layer_type.empty() ? "" : fmt::format(" ({})", Printable(row.layer_type));
  return fmt::format("'{}'{}", ShortName(row.name, 80), type);
}

std::string FromTo(const Summary& summary, const Findings& findings, std::size_t i) {
  return fmt::format("{} SQNR, its inputs {}{:.1f} dB", DbText(summary.rows[i].sqnr_db),
                     findings.inputs_db[i] >= kFaithfulDb ? "at least " : "",
                     findings.inputs_db[i]);
}

std::string DivergenceHeadline(const Summary& summary, const Findings& findings) {
  if (!findings.lowest) return "No tensor pair has a signal to measure: every SQNR is undefined.";
  const std::size_t lowest = *findings.lowest;
  const bool has_nonfinite = findings.first_not_finite || findings.first_both_nan;
  if (std::isinf(summary.rows[lowest].sqnr_db)) {
    return has_nonfinite ? "Every other tensor with a signal is identical."
                         : "No tensor diverges: every tensor with a signal is identical.";
  }
  const std::string lowest_text =
      fmt::format("the lowest SQNR is {}, at {}", DbText(summary.rows[lowest].sqnr_db),
                  Quoted(summary.rows[lowest]));
  if (!summary.topological) {
    return "Without --graph_struct the order of the layers is unknown; " + lowest_text + ".";
  }
  if (findings.first_diverging) {
    const std::size_t first = *findings.first_diverging;
    return fmt::format("First to diverge: {}, tensor {} of {}: {}.", Quoted(summary.rows[first]),
                       first + 1, summary.rows.size(), FromTo(summary, findings, first));
  }
  if (has_nonfinite) return "Among the finite elements, " + lowest_text + ".";
  if (summary.rows[lowest].sqnr_db >= kFaithfulDb) {
    return "No tensor diverges: " + lowest_text + ".";
  }
  return fmt::format(
             "No tensor diverges clearly (none loses {:.0f} dB or more against its inputs); ",
             kDivergingLossDb) +
         lowest_text + ".";
}

// Golden tensors that are part of the model, not of what it computes from its inputs.
std::size_t CountConstants(const Summary& summary) {
  return static_cast<std::size_t>(
      std::count_if(summary.unmatched_golden.begin(), summary.unmatched_golden.end(),
                    [](const auto& tensor) { return tensor.reason == kFoldedConstant; }));
}

std::string CountsHeadline(const Summary& summary, const Findings& findings) {
  std::string text = fmt::format("{} tensors compared", summary.rows.size());
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(findings.mismatching, "outside a threshold or of another size");
  add(findings.not_finite, "with NaN or infinity");
  add(findings.not_judged, "not judged (no threshold, and below 40 dB or not all equal)");
  add(findings.suspicious, "suspicious (agreement proves little)");
  add(findings.noted, "with a note");
  add(summary.unmatched_target.size(), "target tensors without a golden twin");
  add(CountConstants(summary), "golden constants");
  add(summary.unmatched_golden.size() - CountConstants(summary),
      "golden tensors without a target twin");
  return text + ".";
}

}  // namespace

Findings FindingsOf(const Summary& summary) {
  Findings findings;
  CountVerdicts(summary, findings);
  findings.loss_db.assign(summary.rows.size(), kUnknown);
  findings.inputs_db.assign(summary.rows.size(), kUnknown);
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    const double sqnr_db = summary.rows[i].sqnr_db;
    if (std::isnan(sqnr_db)) continue;
    if (!findings.lowest || sqnr_db < summary.rows[*findings.lowest].sqnr_db) findings.lowest = i;
    if (!summary.topological) continue;
    findings.inputs_db[i] = InputsDb(summary, summary.rows[i]);
    findings.loss_db[i] = findings.inputs_db[i] - Counted(sqnr_db);
    const bool diverges = findings.loss_db[i] >= kDivergingLossDb;
    if (diverges && !findings.first_diverging) findings.first_diverging = i;
  }
  findings.worst = Ranked(summary, findings);
  if (!findings.worst.empty() && findings.loss_db[findings.worst.front()] > 0) {
    findings.largest_loss = findings.worst.front();
  }
  if (findings.worst.size() > kWorstCount) findings.worst.resize(kWorstCount);
  return findings;
}

std::vector<std::string> Headlines(const Summary& summary, const Findings& findings) {
  std::vector<std::string> lines;
  if (findings.first_not_finite) {
    const Row& row = summary.rows[*findings.first_not_finite];
    lines.push_back(fmt::format("NaN or infinity first in {}: {}.", Quoted(row), row.reason));
  }
  if (findings.first_both_nan) {
    const Row& row = summary.rows[*findings.first_both_nan];
    lines.push_back(
        fmt::format("NaN on both sides first in {}, {} of {} elements: golden itself "
                    "has no answer there.",
                    Quoted(row), row.sums.both_nan, row.sums.count));
  }
  lines.push_back(DivergenceHeadline(summary, findings));
  if (findings.largest_loss) {
    const std::size_t worst = *findings.largest_loss;
    lines.push_back(fmt::format("Loses most against its own inputs: {}, {:.1f} dB ({}).",
                                Quoted(summary.rows[worst]), findings.loss_db[worst],
                                FromTo(summary, findings, worst)));
  }
  lines.push_back(CountsHeadline(summary, findings));
  return lines;
}

std::vector<std::string> TextLines(const Summary& summary, const Findings& findings) {
  std::vector<std::string> lines = Headlines(summary, findings);
  lines.insert(lines.end(), summary.gate.begin(), summary.gate.end());
  if (findings.worst.empty()) return lines;
  lines.emplace_back("Worst layers:");
  lines.push_back(
      fmt::format("  {:>9}  {:>9}  {:<18} {}", "SQNR dB", "loss dB", "layer type", "name"));
  for (const std::size_t i : findings.worst) {
    const Row& row = summary.rows[i];
    const std::string loss =
        std::isnan(findings.loss_db[i]) ? "-" : fmt::format("{:.1f}", findings.loss_db[i]);
    lines.push_back(fmt::format("  {:>9.1f}  {:>9}  {:<18} {}", row.sqnr_db, loss,
                                row.layer_type.empty() ? "-" : Printable(row.layer_type),
                                ShortName(row.name, 100)));
  }
  return lines;
}

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
#include "report/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/text.h"
#include "report/dissection.h"
#include "report/html.h"
#include "report/row_text.h"

namespace acc::report {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kWorstCount = 5;
constexpr double kFewCodes = 8;
constexpr double kSwallowedShare = 0.9;
constexpr double kLeastSwallowedShare = 0.01;
constexpr double kBadDb = 20;  // The error is 10 % of the signal.

double ClampedDb(double sqnr_db) { return std::clamp(sqnr_db, 0.0, kFaithfulDb); }

double InputsDb(const Row& row, const std::vector<double>& counted) {
  double lowest = kFaithfulDb;
  for (const std::size_t input : row.inputs) {
    if (!std::isnan(counted[input])) lowest = std::min(lowest, counted[input]);
  }
  return lowest;
}

// What each row counts, in dB; NaN where it has no SQNR. Integers that are not all equal pass on
// what they were made of.
std::vector<double> CountedDb(const Summary& summary) {
  std::vector<double> counted(summary.rows.size(), kUnknown);
  for (std::size_t i = 0; i < counted.size(); ++i) {
    const Row& row = summary.rows[i];
    if (!std::isnan(row.sqnr_db)) {
      counted[i] = ClampedDb(row.sqnr_db);
    } else if (summary.topological && row.agreement && *row.agreement < 1) {
      counted[i] = InputsDb(row, counted);
    }
  }
  return counted;
}

bool LosesMost(const inspect::CodeUse& use) { return use.vanishing_share() >= kSwallowedShare; }

bool MaySwallow(const Row& row) {
  if (!row.distribution || !row.distribution->code_use) return false;
  const inspect::CodeUse& use = *row.distribution->code_use;
  const bool has_few_codes = use.effective_codes <= kFewCodes && use.vanishing >= 2 &&
                             use.vanishing_share() >= kLeastSwallowedShare;
  return has_few_codes || LosesMost(use);
}

bool HoldsShares(const Row& row) { return row.sums.golden_min >= 0 && row.sums.golden_max <= 1; }

// Rows whose step swallows what matters; from the last row to the first, as what reads a tensor
// tells.
std::vector<bool> Swallowed(const Summary& summary, const std::vector<double>& counted) {
  std::vector<bool> swallowed(summary.rows.size(), false);
  if (!summary.topological) return swallowed;
  std::vector<bool> shows(summary.rows.size(), false);
  for (std::size_t i = summary.rows.size(); i-- > 0;) {
    const Row& row = summary.rows[i];
    const bool may = MaySwallow(row);
    const bool is_lost_result =
        may && row.is_output && LosesMost(*row.distribution->code_use) && !HoldsShares(row);
    swallowed[i] = may && (shows[i] || is_lost_result);
    const bool diverges = InputsDb(row, counted) - counted[i] >= kDivergingLossDb;
    if (!diverges && !swallowed[i]) continue;
    for (const std::size_t input : row.inputs) shows[input] = true;
  }
  return swallowed;
}

bool IsInput(const Row& row) { return row.layer_type == "Input"; }

// A golden tensor of one value throughout: what it agrees by says little of the layer. A single
// number says what it is, and one that diverges says enough.
bool ProvesNothing(const Row& row) {
  return row.sums.finite > 1 && row.sums.golden_min == row.sums.golden_max;
}

void CountVerdicts(const Summary& summary, Findings& findings) {
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    const Row& row = summary.rows[i];
    if (!row.note.empty()) ++findings.noted;
    if (row.sums.both_nan > 0 && !findings.first_both_nan) findings.first_both_nan = i;
    switch (row.verdict) {
      case verify::Verdict::kMatch: ++findings.matching; break;
      case verify::Verdict::kMismatch:
      case verify::Verdict::kShapeMismatch: ++findings.mismatching; break;
      case verify::Verdict::kSuspicious: ++findings.suspicious; break;
      case verify::Verdict::kNotFinite:
        ++findings.not_finite;
        if (!findings.first_not_finite) findings.first_not_finite = i;
        break;
      case verify::Verdict::kNotJudged: ++findings.not_judged; break;
    }
  }
}

// Rows with an SQNR that are not identical, the worst first.
std::vector<std::size_t> Ranked(const Summary& summary, const Findings& findings) {
  std::vector<std::size_t> ranked(summary.rows.size());
  std::iota(ranked.begin(), ranked.end(), std::size_t{0});
  std::erase_if(ranked, [&](std::size_t i) {
    return !std::isfinite(summary.rows[i].sqnr_db) ||
           (ProvesNothing(summary.rows[i]) && !(findings.makes_db[i] >= kDivergingLossDb));
  });
  const auto loss = [&](std::size_t i) {
    return std::isnan(findings.makes_db[i]) ? 0.0 : std::max(0.0, findings.makes_db[i]);
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
  return fmt::format("'{}'{}", ShortName(ReadableName(row), 80), type);
}

// The share of its encoding's range that golden fills, 0 to 1 and above where it clips.
double FilledShare(const Row& row) {
  const Encoding& encoding = row.encoding->channels.front();
  return std::max(std::abs(row.sums.golden_min), std::abs(row.sums.golden_max)) /
         std::max(std::abs(encoding.min), std::abs(encoding.max));
}

bool HasOneStep(const Row& row) {
  return row.encoding && !row.encoding->is_float && row.encoding->channels.size() == 1;
}

// Of a row that fills little of its range: another one with the same range, which needs it. Moved
// tensors share an encoding, and one of them may hold what ruins all.
std::optional<std::size_t> OwnerOfRange(const Summary& summary, std::size_t i) {
  constexpr double kLittle = 0.125;
  constexpr double kMuch = 0.5;
  if (!HasOneStep(summary.rows[i]) || FilledShare(summary.rows[i]) >= kLittle) return std::nullopt;
  const Encoding& own = summary.rows[i].encoding->channels.front();
  for (std::size_t other = 0; other < summary.rows.size(); ++other) {
    const Row& row = summary.rows[other];
    if (other == i || !HasOneStep(row) || FilledShare(row) < kMuch) continue;
    const Encoding& encoding = row.encoding->channels.front();
    if (encoding.scale == own.scale && encoding.offset == own.offset) return other;
  }
  return std::nullopt;
}

std::string FromTo(const Summary& summary, const Findings& findings, std::size_t i) {
  if (findings.swallowed[i]) return SwallowedText(summary, i);
  const std::string alone =
      findings.ran_alone[i]
          ? fmt::format("alone on golden inputs its own error is {}; in the run it has ",
                        DbText(*OwnErrorOf(summary.rows[i])))
          : "";
  const std::string sqnr = alone + DbText(summary.rows[i].sqnr_db) + " SQNR";
  if (summary.rows[i].inputs.empty()) {
    return sqnr + (IsInput(summary.rows[i]) ? ", an input of the graph"
                                            : "; nothing that it reads was compared");
  }
  return fmt::format("{}, its inputs {}{:.1f} dB", sqnr,
                     findings.inputs_db[i] >= kFaithfulDb ? "at least " : "",
                     findings.inputs_db[i]);
}

std::optional<std::size_t> WorstOutput(const Summary& summary) {
  std::optional<std::size_t> worst;
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    const Row& row = summary.rows[i];
    if (!row.is_output || std::isnan(row.sqnr_db) || ProvesNothing(row)) continue;
    if (!worst || row.sqnr_db < summary.rows[*worst].sqnr_db) worst = i;
  }
  return worst;
}

// Of a run in which no tensor diverges and `lowest` is below what is faithful.
std::string GradualText(const Summary& summary, std::size_t lowest) {
  // Of an output alone: what reads an inner tensor may not need the part that is wrong.
  const auto state = [&](std::size_t i) {
    const Row& row = summary.rows[i];
    const bool is_bad = row.is_output && row.sqnr_db < kBadDb;
    return fmt::format("{}, where the error is {:.3g} % of the signal{}", DbText(row.sqnr_db),
                       100 * std::pow(10, -row.sqnr_db / 20), is_bad ? ": that is bad" : "");
  };
  std::string text = fmt::format(
      "No tensor diverges clearly (none loses {:.0f} dB or more against its inputs), but the error "
      "grows gradually: the lowest SQNR, at {}, is {}",
      kDivergingLossDb, Quoted(summary.rows[lowest]), state(lowest));
  const auto output = WorstOutput(summary);
  if (output && std::isinf(summary.rows[*output].sqnr_db)) {
    const bool is_number = summary.rows[*output].sums.finite == 1;
    text += fmt::format("; the worst output, {}, is identical{}", Quoted(summary.rows[*output]),
                        is_number ? ", but it is a single number, which proves little" : "");
  } else if (output && *output != lowest) {
    text += fmt::format("; the worst output, {}, has {}", Quoted(summary.rows[*output]),
                        state(*output));
  }
  return text + ".";
}

// Of the first output that golden's input gives no content; nothing where all have some.
std::optional<std::string> EmptyOutputHeadline(const Summary& summary) {
  const auto found = std::ranges::find_if(summary.rows, [](const Row& row) {
    const bool is_empty = row.verdict == verify::Verdict::kSuspicious && row.sums.count == 0;
    const bool is_one_value = ProvesNothing(row) && row.sums.finite == row.sums.count;
    return row.is_output && (is_one_value || is_empty);
  });
  if (found == summary.rows.end()) return std::nullopt;
  const std::string what = found->sums.count == 0
                               ? "holds no element"
                               : fmt::format("is {:.3g} throughout", found->sums.golden_min + 0.0);
  return fmt::format(
      "Golden's output {} {}, so that agreement there proves nothing; another input may give it "
      "content.",
      Quoted(*found), what);
}

// Of a run of which no tensor has an SQNR.
std::string UnscoredText(const Summary& summary, bool has_nonfinite) {
  const bool all_agree = std::ranges::all_of(
      summary.rows, [](const Row& row) { return row.agreement && *row.agreement >= 1; });
  if (all_agree && !summary.rows.empty() && !has_nonfinite) {
    return "No tensor diverges: all hold integers or truth values, which are not scored in dB, and "
           "every one is equal.";
  }
  return "No tensor pair has a signal to measure: none holds numbers that vary, and none is scored "
         "in dB.";
}

std::string DivergenceHeadline(const Summary& summary, const Findings& findings) {
  const bool has_nonfinite = findings.first_not_finite || findings.first_both_nan;
  if (!findings.lowest) return UnscoredText(summary, has_nonfinite);
  const std::size_t lowest = *findings.lowest;
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
  return GradualText(summary, lowest);
}

// Golden tensors that are part of the model, not of what it computes from its inputs.
std::size_t CountConstants(const Summary& summary) {
  return static_cast<std::size_t>(
      std::count_if(summary.unmatched_golden.begin(), summary.unmatched_golden.end(),
                    [](const auto& tensor) { return tensor.reason == kFoldedConstant; }));
}

std::string CountsHeadline(const Summary& summary, const Findings& findings) {
  std::string text = Counted(summary.rows.size(), "tensor") + " compared";
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

bool SwallowsFirst(const Findings& findings) {
  return findings.largest_loss && findings.largest_loss == findings.first_diverging &&
         findings.swallowed[*findings.largest_loss];
}

std::string SwallowedText(const Summary& summary, std::size_t row) {
  const inspect::CodeUse& use = *summary.rows[row].distribution->code_use;
  std::string text = fmt::format(
      "its step of {:.3g} is larger than all differences that matter here: {} of the {} values "
      "that are not zero become zero; ",
      use.step, use.vanishing, use.nonzero);
  const double sqnr_db = summary.rows[row].sqnr_db;
  if (const auto owner = OwnerOfRange(summary, row)) {
    const Row& cause = summary.rows[*owner];
    return text +
           fmt::format("it shares the encoding of {}, whose values reach from {:.3g} to {:.3g}",
                       Quoted(cause), cause.sums.golden_min, cause.sums.golden_max);
  }
  if (sqnr_db < kBadDb) return text + DbText(sqnr_db) + " SQNR";
  return text + fmt::format("SQNR ({}) does not show it, as a few huge values dominate it",
                            DbText(sqnr_db));
}

std::optional<double> OwnErrorOf(const Row& row) {
  if (!row.layer || !row.layer->own) return std::nullopt;
  return std::min(*row.layer->own, row.layer->conversion.value_or(*row.layer->own));
}

std::string LargestLossTitle(const Findings& findings) {
  return findings.ran_alone[*findings.largest_loss] ? "Loses most, alone on golden inputs"
                                                    : "Loses most against its own inputs";
}

Findings FindingsOf(const Summary& summary) {
  Findings findings;
  CountVerdicts(summary, findings);
  std::vector<double> counted = CountedDb(summary);
  findings.swallowed = Swallowed(summary, counted);
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    if (findings.swallowed[i] && !std::isnan(counted[i])) counted[i] = 0;
  }
  findings.loss_db.assign(summary.rows.size(), kUnknown);
  findings.inputs_db.assign(summary.rows.size(), kUnknown);
  findings.makes_db.assign(summary.rows.size(), kUnknown);
  findings.ran_alone.assign(summary.rows.size(), false);
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    const double sqnr_db = summary.rows[i].sqnr_db;
    if (std::isnan(sqnr_db)) continue;
    const bool proves_nothing = ProvesNothing(summary.rows[i]);
    const bool is_lowest = !findings.lowest || sqnr_db < summary.rows[*findings.lowest].sqnr_db;
    if (is_lowest && !proves_nothing) findings.lowest = i;
    if (!summary.topological) continue;
    findings.inputs_db[i] = InputsDb(summary.rows[i], counted);
    findings.loss_db[i] = findings.inputs_db[i] - counted[i];
    findings.ran_alone[i] = OwnErrorOf(summary.rows[i]) && !findings.swallowed[i];
    findings.makes_db[i] =
        findings.ran_alone[i]
            ? kFaithfulDb - std::clamp(*OwnErrorOf(summary.rows[i]), 0.0, kFaithfulDb)
            : findings.loss_db[i];
    const bool diverges = findings.makes_db[i] >= kDivergingLossDb;
    if (diverges && !findings.first_diverging) findings.first_diverging = i;
  }
  findings.worst = Ranked(summary, findings);
  const auto largest = std::ranges::find_if(findings.worst, [&](std::size_t i) {
    return findings.makes_db[i] > 0 && !summary.rows[i].inputs.empty();
  });
  if (largest != findings.worst.end()) findings.largest_loss = *largest;
  if (findings.worst.size() > kWorstCount) findings.worst.resize(kWorstCount);
  return findings;
}

std::optional<std::string> AgreementHeadline(const Summary& summary) {
  std::optional<std::size_t> lowest;
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    const auto& agreement = summary.rows[i].agreement;
    if (agreement && (!lowest || *agreement < *summary.rows[*lowest].agreement)) lowest = i;
  }
  if (!lowest || *summary.rows[*lowest].agreement >= 1) return std::nullopt;
  const Row& row = summary.rows[*lowest];
  return fmt::format("Lowest agreement of integers and truth values: {}, {} of {} are equal.",
                     Quoted(row), row.sums.equal, row.sums.count);
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
  if (auto empty = EmptyOutputHeadline(summary)) lines.push_back(std::move(*empty));
  if (const auto agreement = AgreementHeadline(summary)) lines.push_back(*agreement);
  if (findings.largest_loss && !SwallowsFirst(findings)) {
    const std::size_t worst = *findings.largest_loss;
    lines.push_back(fmt::format("{}: {}, {:.1f} dB ({}).", LargestLossTitle(findings),
                                Quoted(summary.rows[worst]), findings.makes_db[worst],
                                FromTo(summary, findings, worst)));
  }
  lines.push_back(CountsHeadline(summary, findings));
  return lines;
}

std::vector<std::string> TextLines(const Summary& summary, const Findings& findings) {
  std::vector<std::string> lines = Headlines(summary, findings);
  if (summary.dissection) lines.insert(lines.begin(), CauseHeadline(*summary.dissection));
  lines.insert(lines.end(), summary.gate.begin(), summary.gate.end());
  if (findings.worst.empty()) return lines;
  const bool names_cpu = MixesProcessors(summary);
  const bool alone = std::ranges::any_of(
      findings.worst, [&](std::size_t i) -> bool { return findings.ran_alone[i]; });
  lines.emplace_back(alone ? "Worst layers, by what they lose alone on golden inputs:"
                           : "Worst layers:");
  lines.push_back(
      fmt::format("  {:>9}  {:>9}  {:<18} {}", "SQNR dB", "loss dB", "layer type", "name"));
  for (const std::size_t i : findings.worst) {
    const Row& row = summary.rows[i];
    const std::string loss =
        std::isnan(findings.makes_db[i]) ? "-" : fmt::format("{:.1f}", findings.makes_db[i]);
    lines.push_back(fmt::format("  {:>9.1f}  {:>9}  {:<18} {}{}{}", row.sqnr_db, loss,
                                row.layer_type.empty() ? "-" : Printable(row.layer_type),
                                ShortName(ReadableName(row), 100),
                                findings.swallowed[i] ? " (its step swallows its values)" : "",
                                names_cpu && row.processor == kCpu ? " (on the CPU)" : ""));
  }
  return lines;
}

}  // namespace acc::report

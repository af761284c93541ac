// SPDX-License-Identifier: BSD-3-Clause
#include "report/dissection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "report/csv.h"
#include "report/html.h"
#include "report/row_text.h"
#include "verify/comparison.h"

namespace acc::report {
namespace {

using store::ErrorPart;
using store::LayerErrors;

constexpr double kMuch = 0.5;  // Of the noise of the whole run.

double NoiseOf(double db) { return std::pow(10, -db / 10); }

constexpr std::array<std::pair<ErrorPart, std::optional<double> LayerErrors::*>, 7> kParts = {{
    {ErrorPart::kConversion, &LayerErrors::conversion},
    {ErrorPart::kInput, &LayerErrors::inputs},
    {ErrorPart::kWeights, &LayerErrors::weights},
    {ErrorPart::kBias, &LayerErrors::bias},
    {ErrorPart::kOutput, &LayerErrors::output},
    {ErrorPart::kArithmetic, &LayerErrors::arithmetic},
    {ErrorPart::kCapture, &LayerErrors::capture},
}};

void Decibels(const std::optional<double>& db, CsvTable& csv) {
  if (db) {
    csv.Number(*db);
  } else {
    csv.Empty();
  }
}

}  // namespace

LayerRole RoleOf(const LayerErrors& layer) {
  if (!layer.accumulated) return LayerRole::kUnknown;
  if (*layer.accumulated >= verify::kFaithfulDb) return LayerRole::kFaithful;
  if (!layer.isolated || !layer.inherited) return LayerRole::kUnknown;
  const double noise = NoiseOf(*layer.accumulated);
  const bool makes = NoiseOf(layer.own.value_or(*layer.isolated)) >= kMuch * noise;
  const bool passes_on = NoiseOf(*layer.inherited) >= kMuch * noise;
  if (makes) return passes_on ? LayerRole::kBoth : LayerRole::kMakes;
  return passes_on ? LayerRole::kPassesOn : LayerRole::kNeither;
}

std::string_view Name(LayerRole role) {
  switch (role) {
    case LayerRole::kUnknown: return "";
    case LayerRole::kFaithful: return "faithful";
    case LayerRole::kMakes: return "makes";
    case LayerRole::kPassesOn: return "passes on";
    case LayerRole::kBoth: return "makes and passes on";
    case LayerRole::kNeither: return "neither alone";
  }
  return "";
}

LargestPart LargestPartOf(const LayerErrors& layer) {
  LargestPart largest;
  for (const auto& [part, field] : kParts) {
    const std::optional<double>& db = layer.*field;
    if (!db || std::isinf(*db)) continue;
    if (largest.part == ErrorPart::kNone || *db < largest.db) largest = {part, *db};
  }
  return largest;
}

std::string PartText(const LayerErrors& layer, ErrorPart part) {
  switch (part) {
    case ErrorPart::kNone: return "";
    case ErrorPart::kConversion: return "the conversion, in float";
    case ErrorPart::kInput:
      return fmt::format("the rounding of its input '{}'", Printable(layer.worst_input));
    case ErrorPart::kWeights: return "the rounding of its weights";
    case ErrorPart::kBias: return "the rounding of its bias";
    case ErrorPart::kOutput: return "the rounding of its output";
    case ErrorPart::kArithmetic: return "the chip's arithmetic";
    case ErrorPart::kCapture: return "the capture itself";
  }
  return "";
}

std::optional<WorstLine> WorstLineOf(const LayerErrors& layer) {
  std::optional<WorstLine> worst;
  std::size_t unfaithful = 0;
  for (const store::LayerAtLine& at : layer.lines) {
    if (!at.own) continue;
    unfaithful += *at.own < verify::kFaithfulDb ? 1 : 0;
    if (!worst || *at.own < worst->own) worst = {.line = at.line, .own = *at.own};
  }
  if (worst) worst->unfaithful = unfaithful;
  return worst;
}

std::optional<double> CutAt(const store::Dissection& dissection, const std::string& tensor) {
  const auto found = std::ranges::find(dissection.cuts, tensor, &store::Cut::tensor);
  return found == dissection.cuts.end() ? std::nullopt : std::optional(found->output_db);
}

std::optional<BadCut> FirstBadCut(const std::vector<store::Cut>& cuts) {
  if (cuts.empty() || !std::isfinite(cuts.back().output_db)) return std::nullopt;
  const double noise = NoiseOf(cuts.back().output_db);
  const auto bad = std::ranges::find_if(
      cuts, [&](const store::Cut& cut) { return NoiseOf(cut.output_db) >= kMuch * noise; });
  BadCut found{.cut = *bad};
  if (bad != cuts.begin()) found.before = *std::prev(bad);
  return found;
}

std::string DissectionLinesCsv(const store::Dissection& dissection) {
  CsvTable csv;
  for (const std::string_view title : {"Name", "Layer Type", "Line", "Accumulated (dB)",
                                       "Isolated (dB)", "Inherited (dB)", "Own (dB)"}) {
    csv.Text(title);
  }
  csv.EndRow();
  for (const LayerErrors& layer : dissection.layers) {
    for (const store::LayerAtLine& at : layer.lines) {
      csv.Text(layer.tensor).Text(layer.op_type).Number(static_cast<double>(at.line));
      Decibels(at.accumulated, csv);
      Decibels(at.isolated, csv);
      Decibels(at.inherited, csv);
      Decibels(at.own, csv);
      csv.EndRow();
    }
  }
  return csv.content();
}

std::string DissectionCsv(const store::Dissection& dissection) {
  CsvTable csv;
  for (const std::string_view title : {"Name",
                                       "Layer Type",
                                       "Role",
                                       "Accumulated (dB)",
                                       "Isolated (dB)",
                                       "Inherited (dB)",
                                       "Own (dB)",
                                       "Output Alone (dB)",
                                       "Output Alone At Least (dB)",
                                       "Output Without (dB)",
                                       "Output Cut Here (dB)",
                                       "Conversion (dB)",
                                       "Inputs (dB)",
                                       "Worst Input",
                                       "Weights (dB)",
                                       "Bias (dB)",
                                       "Output (dB)",
                                       "Arithmetic (dB)",
                                       "Capture (dB)",
                                       "Largest Part",
                                       "Computed By",
                                       "Golden",
                                       "Group",
                                       "Worst Line",
                                       "Own With It (dB)",
                                       "Lines Below 40 dB",
                                       "Reason"}) {
    csv.Text(title);
  }
  csv.EndRow();
  for (const LayerErrors& layer : dissection.layers) {
    csv.Text(layer.tensor).Text(layer.op_type).Text(Name(RoleOf(layer)));
    Decibels(layer.accumulated, csv);
    Decibels(layer.isolated, csv);
    Decibels(layer.inherited, csv);
    Decibels(layer.own, csv);
    Decibels(layer.alone, csv);
    Decibels(layer.alone_at_least, csv);
    Decibels(layer.without, csv);
    Decibels(CutAt(dissection, layer.tensor), csv);
    Decibels(layer.conversion, csv);
    Decibels(layer.inputs, csv);
    csv.Text(layer.worst_input);
    Decibels(layer.weights, csv);
    Decibels(layer.bias, csv);
    Decibels(layer.output, csv);
    Decibels(layer.arithmetic, csv);
    Decibels(layer.capture, csv);
    csv.Text(PartText(layer, LargestPartOf(layer).part)).Text(layer.processor);
    csv.Text(layer.has_golden ? "yes" : "no").Text(Join(layer.group, " "));
    const auto worst = WorstLineOf(layer);
    Decibels(worst ? std::optional<double>(worst->line) : std::nullopt, csv);
    Decibels(worst ? std::optional<double>(worst->own) : std::nullopt, csv);
    Decibels(worst ? std::optional<double>(worst->unfaithful) : std::nullopt, csv);
    csv.Text(layer.reason);
    csv.EndRow();
  }
  return csv.content();
}

namespace {

// "worst with line 3 (4.1 dB), 40 dB or more with 2 of 8"; empty for one line.
std::string LinesText(const std::vector<store::LineOutput>& lines) {
  const store::LineOutput* worst = nullptr;
  std::size_t faithful = 0;
  for (const store::LineOutput& line : lines) {
    if (!line.output_db) continue;
    faithful += *line.output_db >= verify::kFaithfulDb ? 1 : 0;
    if (worst == nullptr || *line.output_db < *worst->output_db) worst = &line;
  }
  if (lines.size() < 2 || worst == nullptr) return "";
  return fmt::format("worst with line {} ({}), 40 dB or more with {} of {}", worst->line,
                     DbText(*worst->output_db), faithful, lines.size());
}

std::string CauseText(const store::Cause& cause) {
  std::string text = fmt::format(
      "'{}' ({}): its own error alone leaves the output at {}, {:.0f} % of the noise of all",
      Printable(cause.tensor), Printable(cause.op_type), DbText(cause.output_db),
      100 * cause.share);
  if (!cause.lines.empty()) text += "; " + LinesText(cause.lines);
  if (cause.without_db) {
    text +=
        fmt::format("; with this layer alone in float the run has {}", DbText(*cause.without_db));
  }
  if (!cause.kind.empty()) text += fmt::format("; {}: {}", cause.kind, cause.proof);
  if (!cause.remedy) return text;
  text += fmt::format(". Remedy, tried: {}", cause.remedy->what);
  if (!cause.remedy->flag.empty()) text += fmt::format(" ({})", cause.remedy->flag);
  return text + fmt::format(", which leaves the output at {}", DbText(cause.remedy->after_db));
}

// With the lines, where there are several.
std::vector<std::string> ProofsOf(const store::Cause& cause) {
  std::vector<std::string> proofs;
  for (std::string text : {cause.proof, LinesText(cause.lines)}) {
    if (!text.empty()) proofs.push_back(std::move(text));
  }
  return proofs;
}

std::string CutText(const BadCut& bad) {
  std::string text = fmt::format(
      "cut: with all layers up to '{}' on the target and the rest in float the output has {}",
      Printable(bad.cut.tensor), DbText(bad.cut.output_db));
  if (bad.before) {
    text += fmt::format(", up to '{}' before it {}", Printable(bad.before->tensor),
                        DbText(bad.before->output_db));
  }
  return text;
}

}  // namespace

std::vector<std::string> DissectionLines(const store::Dissection& dissection) {
  std::size_t measured = 0;
  std::size_t makers = 0;
  for (const LayerErrors& layer : dissection.layers) {
    measured += layer.reason.empty() ? 1 : 0;
    const LayerRole role = RoleOf(layer);
    makers += role == LayerRole::kMakes || role == LayerRole::kBoth ? 1 : 0;
  }
  std::vector<std::string> lines = {fmt::format(
      "taken apart: {} of {} layers ran alone on golden inputs; {} of them make at least half of "
      "the error that the whole run has there",
      measured, dissection.layers.size(), makers)};
  if (const std::string text = LinesText(dissection.lines); !text.empty()) {
    lines.push_back(
        fmt::format("all of it over {} inputs: the output is {}", dissection.lines.size(), text));
  }
  if (dissection.all_errors_db) {
    lines.push_back(fmt::format(
        "the output has {} in the run, and {} in float with each layer's own error added to it",
        dissection.output_db ? DbText(*dissection.output_db) : std::string("no SQNR"),
        DbText(*dissection.all_errors_db)));
  }
  if (const auto bad = FirstBadCut(dissection.cuts)) lines.push_back(CutText(*bad));
  for (const store::Cause& cause : dissection.causes) lines.push_back("cause: " + CauseText(cause));
  if (dissection.mended_db) {
    lines.push_back(
        fmt::format("with the ranges of these remedies together the output has {} on the target; "
                    "dissection_overrides.json has them for --quantization_overrides",
                    DbText(*dissection.mended_db)));
  }
  if (dissection.causes.empty()) {
    lines.push_back("no cause: " + (dissection.cause_note.empty()
                                        ? "no layer's own error alone leaves the output below 40 dB"
                                        : dissection.cause_note));
  } else if (!dissection.cause_note.empty()) {
    lines.push_back(dissection.cause_note);
  }
  return lines;
}

std::string CauseHeadline(const store::Dissection& dissection) {
  if (dissection.causes.empty()) {
    return fmt::format("Measured layer by layer: no cause is named, {}.",
                       dissection.cause_note.empty()
                           ? "as no layer's own error alone leaves the output below 40 dB"
                           : "as " + dissection.cause_note);
  }
  const store::Cause& cause = dissection.causes.front();
  return fmt::format(
      "Measured layer by layer: {:.0f} % of the output's error comes from '{}' ({}){}.",
      100 * cause.share, ShortName(Printable(cause.tensor), 80), Printable(cause.op_type),
      cause.kind.empty() ? "" : ": " + cause.kind);
}

std::vector<std::string> CauseSentences(const store::Dissection& dissection) {
  std::vector<std::string> sentences;
  if (dissection.causes.empty()) return sentences;
  const store::Cause& cause = dissection.causes.front();
  if (!cause.proof.empty()) sentences.push_back(fmt::format("Proof: {}.", cause.proof));
  if (!cause.remedy) return sentences;
  sentences.push_back(fmt::format(
      "Remedy, tried: {}{}; with this error alone the output then has {} instead of {}.",
      cause.remedy->what, cause.remedy->flag.empty() ? "" : " (" + cause.remedy->flag + ")",
      DbText(cause.remedy->after_db), DbText(cause.output_db)));
  return sentences;
}

std::string CausesHtml(const store::Dissection& dissection) {
  if (dissection.causes.empty()) return {};
  std::string html =
      "<section id=\"causes\"><h2>Causes, measured layer by layer</h2><div class=\"scroll\"><table>"
      "<thead><tr><th>Layer</th><th>Of the error</th><th>Output with it alone</th><th>Run without "
      "it</th><th>Kind</th>"
      "<th>Proof</th><th>Remedy, tried</th><th>Output then</th></tr></thead><tbody>";
  for (const store::Cause& cause : dissection.causes) {
    Append(html,
           "<tr><td><b class=\"name\">{}</b> <span class=\"tag\">{}</span></td>"
           "<td class=\"n\">{:.0f} %</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td>"
           "<td>{}</td>",
           ShortName(Printable(cause.tensor), 100), cause.op_type, 100 * cause.share,
           DbText(cause.output_db), cause.without_db ? DbText(*cause.without_db) : "", cause.kind,
           Join(ProofsOf(cause), "; "));
    if (cause.remedy) {
      Append(html, "<td>{}{}</td><td class=\"n\">{}</td></tr>", cause.remedy->what,
             cause.remedy->flag.empty() ? "" : " (" + cause.remedy->flag + ")",
             DbText(cause.remedy->after_db));
    } else {
      html += "<td>none was found</td><td></td></tr>";
    }
  }
  return html + "</tbody></table></div></section>";
}

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
#include "report/summary_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/text.h"
#include "report/assets.h"
#include "report/csv.h"
#include "report/dissection.h"
#include "report/hazards.h"
#include "report/html.h"
#include "report/row_text.h"
#include "report/statements.h"

namespace acc::report {
namespace {

// The page of a row under the first verifier that judged it.
std::string PageOf(const Summary& summary, const std::vector<std::string>& pages, std::size_t row) {
  for (std::size_t i = 0; i < summary.columns.size(); ++i) {
    if (!summary.rows[row].cells[i]) continue;
    return EncodePath(summary.columns[i].title) + "/" + EncodePath(pages[row]) + ".html";
  }
  return {};
}

class Page {
 public:
  Page(const Summary& summary, const Findings& findings, const std::vector<std::string>& pages)
      : summary_(summary),
        findings_(findings),
        pages_(pages),
        names_cpu_(MixesProcessors(summary)) {}

  std::string Render(const Json& json) const {
    std::string html;
    html += Head();
    html += "<header><h1>Accuracy summary</h1><p class=\"meta\">";
    Append(
        html,
        "<span>golden <b class=\"name\">{}</b></span><span>target <b class=\"name\">{}</b></span>"
        "<span><a href=\"report.html\">graph and details</a></span>",
        summary_.golden_directory, summary_.target_directory);
    html += "</p>";
    if (!summary_.notice.empty()) Append(html, "<p id=\"notice\">{}</p>", summary_.notice);
    html += GateHtml(summary_);
    html += StatementsHtml(summary_);
    html += "</header><main><section class=\"findings\" aria-label=\"Findings\">";
    for (const Html& card :
         {CauseCard(), NotFiniteCard(), DivergenceCard(), LossCard(), AgreementCard()}) {
      html += card.text;
    }
    html += CountsCard();
    html += "</section>";
    if (summary_.dissection) html += CausesHtml(*summary_.dissection);
    html += HazardsHtml(summary_.hazards);
    html += WorstTable();
    html +=
        "<section id=\"chart-section\"><div class=\"bar\"><h2>Along the graph</h2>"
        "<label>Show <select id=\"metric\"></select></label>"
        "<span id=\"chart-note\" class=\"muted\"></span></div><div id=\"chart\"></div></section>"
        "<section id=\"tensors\"><div class=\"bar\"><h2>Tensors</h2>"
        "<label>Filter <input id=\"filter\" type=\"search\" placeholder=\"name, type or verdict\" "
        "autocomplete=\"off\" spellcheck=\"false\"></label>"
        "<label>Verdict <select id=\"verdict\"></select></label>"
        "<label hidden>Computed by <select id=\"processor\"></select></label>"
        "<span id=\"count\" class=\"muted\" role=\"status\"></span></div>"
        "<div id=\"table\" class=\"table\"></div></section>"
        "<noscript><p class=\"warning\">Chart and table need scripts; summary.csv holds the same "
        "numbers.</p></noscript>";
    html += Unmatched("Target tensors without a golden twin", summary_.unmatched_target);
    html += Unmatched("Golden tensors without a target twin", summary_.unmatched_golden);
    html += Footer();
    html += "</main><script type=\"application/json\" id=\"data\">";
    html += EscapeScript(DumpJson(json));
    Append(html,
           "</script><script src=\"{0}/uPlot.iife.min.js\"></script><script "
           "src=\"{0}/scores.js\"></script><script src=\"{0}/score_chart.js\"></script><script "
           "src=\"{0}/tensor_table.js\"></script><script "
           "src=\"{0}/summary.js\"></script></body></html>\n",
           kAssetFolder);
    return html;
  }

 private:
  static std::string Head() {
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        "<title>Accuracy summary</title><link rel=\"stylesheet\" href=\"{0}/uPlot.min.css\">"
        "<link rel=\"stylesheet\" href=\"{0}/report.css\"><script src=\"{0}/report.js\"></script>"
        "</head><body class=\"summary\">",
        kAssetFolder);
  }

  Html TensorLink(std::size_t row) const {
    return FormatHtml("<a class=\"name\" href=\"{}\">{}</a>", PageOf(summary_, pages_, row),
                      ShortName(ReadableName(summary_.rows[row]), 120));
  }

  Html TypeTag(std::size_t row) const {
    const std::string& type = summary_.rows[row].layer_type;
    std::string html;
    if (!type.empty()) Append(html, "<span class=\"tag\">{}</span>", ShortName(type, 60));
    if (names_cpu_ && summary_.rows[row].processor == kCpu) {
      html += " <span class=\"tag cpu\">on the CPU</span>";
    }
    return {html};
  }

  // "36.1 dB → 9.5 dB"
  Html FromTo(std::size_t row) const {
    if (findings_.swallowed[row]) {
      return FormatHtml("<p class=\"swallowed\">{}</p>", SwallowedText(summary_, row));
    }
    if (summary_.rows[row].inputs.empty()) {
      return FormatHtml("<p class=\"fromto\"><b>{:.1f} dB</b></p>", summary_.rows[row].sqnr_db);
    }
    if (findings_.ran_alone[row]) {
      return FormatHtml("<p class=\"fromto\"><b>{}</b></p>",
                        DbText(*OwnErrorOf(summary_.rows[row])));
    }
    return FormatHtml("<p class=\"fromto\"><span>{}{:.1f} dB</span> → <b>{:.1f} dB</b></p>",
                      findings_.inputs_db[row] >= kFaithfulDb ? "≥ " : "", findings_.inputs_db[row],
                      summary_.rows[row].sqnr_db);
  }

  Html TensorCard(std::string_view id, std::string_view css_class, std::string_view title,
                  std::size_t row, const Html& body) const {
    return FormatHtml(
        "<article id=\"{}\" class=\"finding {}\"><h2>{}</h2><p class=\"culprit\">{} {}</p>{}"
        "</article>",
        id, css_class, title, TensorLink(row), TypeTag(row), body);
  }

  static Html PlainCard(std::string_view id, std::string_view css_class, std::string_view title,
                        const std::string& text) {
    return FormatHtml("<article id=\"{}\" class=\"finding {}\"><h2>{}</h2><p>{}</p></article>", id,
                      css_class, title, text);
  }

  Html CauseCard() const {
    if (!summary_.dissection) return {};
    std::vector<std::string> sentences = CauseSentences(*summary_.dissection);
    sentences.insert(sentences.begin(), CauseHeadline(*summary_.dissection));
    return PlainCard("cause", summary_.dissection->causes.empty() ? "" : "bad", "Cause",
                     Join(sentences, " "));
  }

  Html NotFiniteCard() const {
    if (!findings_.first_not_finite) return {};
    const std::size_t row = *findings_.first_not_finite;
    return TensorCard("not-finite", "bad", "NaN or infinity first in", row,
                      FormatHtml("<p>{}</p>", summary_.rows[row].reason));
  }

  Html DivergenceCard() const {
    if (findings_.first_diverging) {
      const std::size_t row = *findings_.first_diverging;
      const bool has_from_to = !findings_.swallowed[row] && !summary_.rows[row].inputs.empty();
      const std::string_view measured = findings_.ran_alone[row]
                                            ? "; its own error, alone on golden inputs"
                                            : "; SQNR of its worst input and its own";
      return TensorCard("first-diverging", "bad", "First to diverge", row,
                        FormatHtml("{}<p class=\"muted\">tensor {} of {}{}</p>", FromTo(row),
                                   row + 1, summary_.rows.size(), has_from_to ? measured : ""));
    }
    const auto headlines = Headlines(summary_, findings_);
    const bool faithful =
        findings_.lowest && summary_.rows[*findings_.lowest].sqnr_db >= kFaithfulDb;
    const std::size_t before =
        (findings_.first_not_finite ? 1U : 0U) + (findings_.first_both_nan ? 1U : 0U);
    return PlainCard("first-diverging", faithful && before == 0 ? "good" : "", "Divergence",
                     headlines[before]);
  }

  Html LossCard() const {
    if (!findings_.largest_loss || SwallowsFirst(findings_)) return {};
    const std::size_t row = *findings_.largest_loss;
    const Html body = FormatHtml(
        "{}<p class=\"muted\">loses {:.1f} dB here{}</p>", FromTo(row), findings_.makes_db[row],
        findings_.largest_loss == findings_.first_diverging ? "; the same tensor" : "");
    return TensorCard("largest-loss", findings_.makes_db[row] >= kDivergingLossDb ? "bad" : "",
                      LargestLossTitle(findings_), row, body);
  }

  Html AgreementCard() const {
    const auto headline = AgreementHeadline(summary_);
    return headline ? PlainCard("agreement", "", "Agreement", *headline) : Html();
  }

  std::string CountsCard() const {
    std::string html =
        "<article id=\"counts\" class=\"finding\"><h2>Compared</h2><dl class=\"counts\">";
    const auto count = [&](std::size_t number, std::string_view what, std::string_view css_class) {
      if (number == 0 && css_class != "always") return;
      Append(html, "<div><dt>{}</dt><dd>{}</dd></div>", what, number);
    };
    count(summary_.rows.size(), "tensors compared", "always");
    count(findings_.mismatching, "outside a threshold or of another size", "");
    count(findings_.not_finite, "with NaN or infinity", "");
    count(findings_.not_judged, "not judged: no threshold, and below 40 dB or not all equal", "");
    count(findings_.suspicious, "suspicious: agreement proves little", "");
    count(findings_.noted, "with a note", "");
    count(summary_.unmatched_target.size(), "target tensors without a twin", "always");
    count(summary_.unmatched_golden.size(), "golden tensors without a twin", "always");
    return html + "</dl></article>";
  }

  std::string WorstTable() const {
    if (findings_.worst.empty()) return {};
    std::string html = "<section id=\"worst\"><h2>Worst layers</h2><ol class=\"worst\">";
    for (const std::size_t row : findings_.worst) {
      Append(html, "<li>{} {}<span class=\"num\">{:.1f} dB", TensorLink(row), TypeTag(row),
             summary_.rows[row].sqnr_db);
      if (findings_.swallowed[row]) {
        html += " <small class=\"muted\">its step swallows its values</small>";
      } else if (findings_.ran_alone[row]) {
        Append(html, " <small class=\"muted\">alone {}</small>",
               DbText(*OwnErrorOf(summary_.rows[row])));
      } else if (findings_.loss_db[row] >= 0.05) {
        Append(html, " <small class=\"muted\">{:.1f} dB below its inputs</small>",
               findings_.loss_db[row]);
      } else if (!std::isnan(findings_.loss_db[row])) {
        html += " <small class=\"muted\">no loss against its inputs</small>";
      }
      html += "</span></li>";
    }
    return html + "</ol></section>";
  }

  static std::string Unmatched(std::string_view title,
                               const std::vector<store::SkippedTensor>& tensors) {
    if (tensors.empty()) return {};
    std::string html;
    Append(
        html,
        "<details class=\"unmatched\"><summary>{} <span class=\"muted\">{}</span></summary><table>"
        "<thead><tr><th>Name</th><th>Reason</th></tr></thead>",
        title, tensors.size());
    for (const auto& tensor : tensors) {
      Append(html, "<tr><td class=\"name\">{}</td><td>{}</td></tr>", tensor.name, tensor.reason);
    }
    return html + "</table></details>";
  }

  std::string Footer() const {
    std::string html;
    Append(html,
           "<footer><p>SQNR counts between {:.0f} dB (the error is 1 % of the signal) and 0 dB "
           "(the error is as large as the signal). A tensor diverges when it loses {:.0f} dB or "
           "more against the worst tensor that its layer reads. Read the table from the top: what "
           "follows a broken tensor is broken by it.</p>"
           "<p>The same numbers: <a href=\"summary.csv\">summary.csv</a>, "
           "<a href=\"summary.json\">summary.json</a></p>",
           kFaithfulDb, kDivergingLossDb);
    if (!summary_.command.empty()) {
      Append(html, "<p><code class=\"command\">{}</code></p>", Join(summary_.command, " "));
    }
    return html + "</footer>";
  }

  const Summary& summary_;
  const Findings& findings_;
  const std::vector<std::string>& pages_;
  bool names_cpu_;
};

}  // namespace

std::string SummaryHtml(const Summary& summary, const Findings& findings,
                        const std::vector<std::string>& pages, const Json& json) {
  return Page(summary, findings, pages).Render(json);
}

std::string SummaryCsv(const Summary& summary) {
  CsvTable csv;
  for (const char* title : {"Name", "Layer Type", "Size", "Tensor_dims"}) csv.Text(title);
  for (const Column& column : summary.columns) csv.Text(column.title);
  for (const char* title :
       {"golden_min", "golden_max", "target_min", "target_max", "verdict", "matched_by", "note"}) {
    csv.Text(title);
  }
  const bool has_processors =
      std::ranges::any_of(summary.rows, [](const Row& row) { return !row.processor.empty(); });
  if (has_processors) csv.Text("processor");
  csv.EndRow();
  for (const Row& row : summary.rows) {
    csv.Text(row.name).Text(row.layer_type).Count(row.size);
    csv.Text(row.dims ? ToText(*row.dims) : "");
    for (const auto& cell : row.cells) {
      if (cell) {
        csv.Number(cell->score);
      } else {
        csv.Empty();
      }
    }
    csv.Number(row.sums.golden_min).Number(row.sums.golden_max);
    csv.Number(row.sums.target_min).Number(row.sums.target_max);
    csv.Text(verify::Name(row.verdict)).Text(row.matched_by).Text(RemarkOf(row));
    if (has_processors) csv.Text(row.processor);
    csv.EndRow();
  }
  return csv.content();
}

std::string UnmatchedCsv(const Summary& summary) {
  CsvTable csv;
  csv.Text("Run").Text("Name").Text("Reason").EndRow();
  for (const auto& tensor : summary.unmatched_target) {
    csv.Text("target").Text(tensor.name).Text(tensor.reason).EndRow();
  }
  for (const auto& tensor : summary.unmatched_golden) {
    csv.Text("golden").Text(tensor.name).Text(tensor.reason).EndRow();
  }
  return csv.content();
}

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
#include "report/report_page.h"

#include "base/json.h"
#include "report/assets.h"
#include "report/dissection.h"
#include "report/html.h"
#include "report/row_text.h"
#include "report/statements.h"

namespace acc::report {
namespace {

constexpr std::string_view kScripts[] = {
    "uPlot.iife.min.js", "scores.js",      "tensor_table.js", "graph_layout.js", "graph_painter.js",
    "graph_view.js",     "score_chart.js", "distribution.js", "tensor_panel.js", "report_page.js"};

std::string Head() {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<title>Accuracy report</title>";
  for (const char* sheet : {"uPlot.min.css", "report.css", "report_page.css"}) {
    Append(html, "<link rel=\"stylesheet\" href=\"{}/{}\">", kAssetFolder, sheet);
  }
  Append(html, "<script src=\"{}/report.js\"></script></head><body class=\"report\">",
         kAssetFolder);
  return html;
}

// What mends the first cause, and where the others are.
std::string CauseDetails(const Summary& summary) {
  if (!summary.dissection || summary.dissection->causes.empty()) return {};
  std::string html;
  for (const std::string& sentence : CauseSentences(*summary.dissection)) {
    Append(html, "<span>{}</span> ", sentence);
  }
  Append(html, "<span><a href=\"summary.html#causes\">{}</a></span>",
         summary.dissection->causes.size() == 1 ? "The cause" : "All causes");
  return html;
}

// The findings in words, the most important first and largest.
std::string Header(const Summary& summary, const Findings& findings) {
  auto headlines = Headlines(summary, findings);
  // The counts are last and the largest loss before them; one tensor is named once.
  if (findings.largest_loss && findings.largest_loss == findings.first_diverging &&
      !SwallowsFirst(findings)) {
    headlines.erase(headlines.end() - 2);
  }
  const bool has_causes = summary.dissection && !summary.dissection->causes.empty();
  if (summary.dissection) headlines.insert(headlines.begin(), CauseHeadline(*summary.dissection));
  const bool is_bad =
      has_causes || findings.first_not_finite || findings.first_diverging || !summary.gate.empty();
  const bool is_good = !is_bad && !findings.first_both_nan && findings.mismatching == 0 &&
                       findings.suspicious == 0 && findings.lowest &&
                       summary.rows[*findings.lowest].sqnr_db >= kFaithfulDb;
  std::string html;
  Append(html, "<header class=\"{}\"><h1 id=\"verdict-text\">{}</h1><div class=\"headlines\">",
         is_bad ? "bad" : (is_good ? "good" : ""), headlines.front());
  html += CauseDetails(summary);
  for (std::size_t i = 1; i < headlines.size(); ++i) Append(html, "<span>{}</span> ", headlines[i]);
  html += "</div>";
  if (!summary.notice.empty()) Append(html, "<p id=\"notice\">{}</p>", summary.notice);
  html += GateHtml(summary);
  html += StatementsHtml(summary);
  Append(html,
         "<p class=\"meta\"><span>golden <b class=\"name\">{}</b></span><span>target <b "
         "class=\"name\">{}</b></span><span><a href=\"summary.html\">summary</a> · <a "
         "href=\"summary.csv\">CSV</a> · <a href=\"summary.json\">JSON</a></span></p></header>",
         summary.golden_directory, summary.target_directory);
  return html;
}

constexpr std::string_view kBody = R"html(<main>
<section id="graph-section" aria-label="Graph">
<div class="bar"><div class="sides" id="sides" role="group" aria-label="Graph shown"></div>
<label>Colour <select id="metric"></select></label>
<input id="find" type="search" aria-label="Find in the graph" placeholder="Find node, type (/)" autocomplete="off" spellcheck="false">
<span id="found" class="muted" role="status"></span></div>
<div id="graphs"><span class="tools"><button type="button" id="fit" title="Show the whole graph (0)">Fit</button><button type="button" id="nearer" title="Nearer (+)" aria-label="Nearer">+</button><button type="button" id="further" title="Further (-)" aria-label="Further">−</button></span></div>
<div class="legend" id="legend"></div>
</section>
<div id="splitter" role="separator" aria-orientation="vertical" aria-label="Width of the graph" tabindex="0"></div>
<div id="right">
<section id="chart-section" aria-label="Score along depth"><div class="bar"><h2>Along depth</h2><span id="chart-note" class="muted"></span></div><div id="chart"></div></section>
<div id="lower">
<section id="tensors" aria-label="Tensors"><div class="bar"><h2>Tensors</h2>
<input id="filter" type="search" aria-label="Filter the table" placeholder="Filter name, type" autocomplete="off" spellcheck="false">
<label>Verdict <select id="verdict"></select></label>
<label hidden>Computed by <select id="processor"></select></label>
<span id="count" class="muted" role="status"></span></div><div id="table" class="table"></div></section>
<section id="panel" aria-label="Selected tensor" tabindex="0"></section><span id="announcement" role="status"></span>
</div></div>
<noscript><p class="warning">This page needs scripts; summary.csv holds the same numbers.</p></noscript>
</main>)html";

}  // namespace

std::string ReportHtml(const Summary& summary, const Findings& findings, const Json& json) {
  std::string html = Head();
  html += Header(summary, findings);
  html += kBody;
  html += "<script type=\"application/json\" id=\"data\">";
  html += EscapeScript(DumpJson(json));
  html += "</script>";
  for (const std::string_view script : kScripts) {
    Append(html, "<script src=\"{}/{}\"></script>", kAssetFolder, script);
  }
  return html + "</body></html>\n";
}

}  // namespace acc::report

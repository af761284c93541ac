// SPDX-License-Identifier: BSD-3-Clause
#include "report/check_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "report/html.h"

namespace acc::report {
namespace {

struct KindInfo {
  Checked kind;
  std::string_view title;
  std::string_view plural;
  std::string_view banner;  // In the log.
};

constexpr std::array kKinds = {
    KindInfo{Checked::kActivation, "Activation Node", "activations", "ACTIVATIONS"},
    KindInfo{Checked::kWeight, "Weight Node", "weights", "WEIGHTS"},
    KindInfo{Checked::kBias, "Bias Node", "biases", "BIASES"},
    KindInfo{Checked::kInput, "Input Node", "inputs", "INPUT DATA"}};

const KindInfo& InfoOf(Checked kind) { return kKinds[static_cast<std::size_t>(kind)]; }

bool NamesInput(Checked kind) { return kind == Checked::kActivation || kind == Checked::kInput; }

std::string TruthOf(bool passes) { return passes ? "True" : "False"; }

// A cell of a pipe table; a pipe in a name would end it.
std::string PipeCell(const std::string& text) {
  std::string cell = Printable(text);
  std::replace(cell.begin(), cell.end(), '|', '/');
  return cell;
}

void AppendTable(const CheckTable& table, std::string& html) {
  const KindInfo& kind = InfoOf(table.kind);
  Append(html,
         "<section class=\"checks\"><div class=\"bar\"><h2>{}</h2><span class=\"muted\">{} checks, "
         "<b class=\"{}\">{} failed</b></span></div>",
         kind.plural, table.rows.size(), table.failures() > 0 ? "bad" : "good", table.failures());
  if (table.rows.empty()) {
    html += "<p class=\"muted\">The configuration asks for none.</p></section>";
    return;
  }
  Append(html,
         "<table><thead><tr><th>Op Name</th><th>{}</th><th>Passes Accuracy</th>"
         "<th>Accuracy Difference</th><th>Threshold Used</th><th>Algorithm Used</th></tr></thead>"
         "<tbody>",
         kind.title);
  // What failed comes first; otherwise the graph's order stays.
  for (const bool passing : {false, true}) {
    for (const CheckRow& row : table.rows) {
      if (row.passes != passing) continue;
      Append(html,
             "<tr{}><td class=\"name\">{}</td><td class=\"name\">{}</td><td><span class=\"verdict "
             "{}\">{}</span></td><td>{}</td><td>{}</td><td>{}</td></tr>",
             passing ? "" : " class=\"failed\"", row.op_name, row.node, passing ? "match" : "",
             TruthOf(row.passes), row.difference, row.threshold, row.algorithm);
    }
  }
  html += "</tbody></table></section>";
}

}  // namespace

std::size_t CheckTable::failures() const {
  return static_cast<std::size_t>(std::ranges::count(rows, false, &CheckRow::passes));
}

std::string_view PluralOf(Checked kind) { return InfoOf(kind).plural; }

void AppendCheckHeader(Checked kind, CsvTable& csv) {
  csv.Text("Op Name").Text(InfoOf(kind).title).Text("Passes Accuracy").Text("Accuracy Difference");
  csv.Text("Threshold Used").Text("Algorithm Used");
  if (NamesInput(kind)) csv.Text("Input");
  csv.EndRow();
}

void AppendCheckRows(const CheckTable& table, CsvTable& csv) {
  for (const CheckRow& row : table.rows) {
    csv.Text(row.op_name).Text(row.node).Text(TruthOf(row.passes)).Text(row.difference);
    csv.Text(row.threshold).Text(row.algorithm);
    if (NamesInput(table.kind)) csv.Text(row.input);
    csv.EndRow();
  }
}

std::string FailureTable(const std::string& option, const CheckTable& table) {
  if (table.failures() == 0) return {};
  std::string text = fmt::format("<===={} ANALYSIS FAILURES====>\n", InfoOf(table.kind).banner);
  if (table.kind != Checked::kInput) {
    text += fmt::format("Results for the {} quantization:\n", option);
  }
  text += fmt::format(
      "| Op Name | {} | Passes Accuracy | Accuracy Difference | Threshold Used | Algorithm Used "
      "|\n",
      InfoOf(table.kind).title);
  for (const CheckRow& row : table.rows) {
    if (row.passes) continue;
    text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", PipeCell(row.op_name),
                        PipeCell(row.node), TruthOf(row.passes),
                        row.log_difference.empty() ? row.difference : row.log_difference,
                        PipeCell(row.threshold), row.algorithm);
  }
  return text;
}

std::string CheckPageHtml(const CheckPage& page) {
  std::string html;
  Append(html,
         "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{0}</title>"
         "<link rel=\"stylesheet\" href=\"{1}/report.css\"><link rel=\"stylesheet\" "
         "href=\"{1}/checks.css\"><script src=\"{1}/report.js\"></script></head>"
         "<body class=\"detail\"><header><nav>",
         page.title, EncodePath(page.assets));
  for (const CheckPage::Link& link : page.links) {
    Append(html, "<a href=\"{}\">{}</a>", EncodePath(link.path), link.text);
  }
  Append(
      html,
      "</nav><h1>{}</h1><p class=\"meta\"><span class=\"name\">{}</span></p>"
      "<p class=\"bar\"><label>Filter <input id=\"filter\" type=\"search\" placeholder=\"name or "
      "algorithm\" autocomplete=\"off\" spellcheck=\"false\"></label><label><input "
      "id=\"failed\" type=\"checkbox\">failures only</label><span id=\"count\" class=\"muted\" "
      "role=\"status\"></span></p></header><main>",
      page.title, page.subtitle);
  for (const CheckTable* table : page.tables) AppendTable(*table, html);
  Append(html, "</main><script src=\"{}/checks.js\"></script></body></html>\n",
         EncodePath(page.assets));
  return html;
}

}  // namespace acc::report

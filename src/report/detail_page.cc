// SPDX-License-Identifier: BSD-3-Clause
#include "report/detail_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "report/assets.h"
#include "report/csv.h"
#include "report/html.h"
#include "report/row_text.h"

namespace acc::report {
namespace {

constexpr std::size_t kTitleBytes = 120;

// Table rows go without the end tags that HTML makes optional, which keeps most pages within the
// 4,096 bytes of one disk block. There are thousands of pages.

std::string NumberText(double value) {
  return std::isnan(value) ? "NaN" : fmt::format("{:.6g}", value);
}

bool IsFloat(double element) { return static_cast<double>(static_cast<float>(element)) == element; }

// Most elements are float32; those that are not show all their digits.
std::string ElementText(double element) {
  return IsFloat(element) ? fmt::format("{:.7g}", element) : fmt::format("{:.17g}", element);
}

void AddElement(double element, CsvTable& csv) {
  if (IsFloat(element)) {
    csv.Number(static_cast<float>(element));
  } else {
    csv.Number(element);
  }
}

struct Difference {
  double absolute;
  double relative;  // Of |golden|; infinite where golden is 0 and target is not.
};

Difference DifferenceOf(const verify::WorstElement& element) {
  // Two 64-bit integers may be different and have the same double.
  const double absolute = element.golden == element.target
                              ? element.difference
                              : std::fabs(element.target - element.golden);
  return {absolute, absolute == 0 ? 0 : absolute / std::fabs(element.golden)};
}

std::string_view WithinText(const verify::WorstElement& element,
                            const std::optional<verify::Tolerance>& tolerance) {
  if (!tolerance) return "";
  const double limit = tolerance->atol + tolerance->rtol * std::fabs(element.golden);
  const bool within = DifferenceOf(element).absolute <= limit;
  return within ? "yes" : "no";
}

// A verifier asks for the sums only where its tolerance depends on them.
std::optional<verify::Tolerance> ToleranceOf(const Column& column, const Row& row) {
  const verify::Verifier& verifier = *column.request.verifier;
  const auto fixed = verifier.tolerance(nullptr);
  return fixed ? fixed : verifier.tolerance(&row.sums);
}

std::string_view UnitText(const verify::VerifierInfo& info) {
  return info.unit == "none" ? "" : info.unit;
}

std::string ParametersText(const verify::Request& request) {
  std::vector<std::string> parts;
  for (const auto& known : request.info->parameters) {
    const auto given = request.parameters.find(std::string(known.name));
    parts.push_back(fmt::format(
        "{}={}", known.name,
        given == request.parameters.end() ? std::string(known.fallback) : given->second));
  }
  return Join(parts, ", ");
}

std::string DimsText(const Row& row) { return row.dims ? ToText(*row.dims) : "unknown"; }

struct Range {
  std::string_view label;
  std::string_view css_class;
  double min;
  double max;
};

// Ranges side by side on a common axis.
std::string RangeBars(const std::vector<Range>& ranges) {
  double low = ranges.front().min;
  double high = ranges.front().max;
  for (const Range& range : ranges) {
    if (!std::isfinite(range.min) || !std::isfinite(range.max)) return {};
    low = std::min(low, range.min);
    high = std::max(high, range.max);
  }
  const double span = high - low;
  if (!(span > 0) || !std::isfinite(span)) return {};
  std::string html = "<div class=\"ranges\">";
  for (const Range& range : ranges) {
    Append(html,
           "<span>{}</span><span class=\"track\"><i class=\"{}\" style=\"left:{:.2f}%;"
           "width:{:.2f}%\"></i></span><span class=\"num\">{:.6g} … {:.6g}</span>",
           range.label, range.css_class, 100 * (range.min - low) / span,
           std::max(0.5, 100 * (range.max - range.min) / span), range.min, range.max);
  }
  return html + "</div>";
}

std::string StatisticsHtml(const Row& row) {
  std::string html = "<section><h2>Statistics</h2>";
  std::vector<Range> ranges = {{"golden", "golden", row.sums.golden_min, row.sums.golden_max},
                               {"target", "target", row.sums.target_min, row.sums.target_max}};
  if (row.encoding && !row.encoding->is_float && row.encoding->channels.size() == 1) {
    const Encoding& encoding = row.encoding->channels.front();
    ranges.push_back({"calibrated", "calibrated", encoding.min, encoding.max});
  }
  html += RangeBars(ranges);
  html +=
      "<table class=\"compact\"><thead><tr><th></th><th>golden</th><th>target</th></tr></thead>";
  for (const Statistic& statistic : StatisticsOf(row.sums)) {
    Append(html, "<tr><th scope=\"row\">{}<td>{}<td>{}", statistic.name,
           NumberText(statistic.golden), NumberText(statistic.target));
  }
  Append(html,
         "<tr><th scope=\"row\">largest |difference|</th><td colspan=\"2\">{} at index "
         "{}</td></tr></table>",
         NumberText(row.sums.difference_max), row.sums.difference_max_index);
  if (row.encoding) {
    Append(html, "<p><b>Encoding</b> {}</p>", EncodingText(row));
    if (const std::string clipping = ClippingText(row); !clipping.empty()) {
      Append(html, "<p class=\"warning\">{}</p>", clipping);
    }
  }
  return html + "</section>";
}

CsvTable StatisticsCsv(const Row& row) {
  CsvTable csv;
  csv.Text("Statistic").Text("golden").Text("target").EndRow();
  for (const Statistic& statistic : StatisticsOf(row.sums)) {
    csv.Text(statistic.name).Number(statistic.golden).Number(statistic.target).EndRow();
  }
  csv.EndRow();
  return csv;
}

std::string HeadingHtml(const Row& row) {
  std::string html;
  Append(html, "<h1 class=\"name\">{}</h1><p class=\"meta\">", ReadableName(row));
  if (!row.layer_type.empty()) {
    Append(html, "<span class=\"tag\">{}</span>", ShortName(row.layer_type, 80));
  }
  Append(html, "<span>{}</span><span>{} elements</span>", DimsText(row), row.size);
  if (!row.processor.empty()) Append(html, "<span>computed by the {}</span>", row.processor);
  const OtherName other = OtherNameOf(row.golden_name, row.name);
  Append(html, "<span>{} <b class=\"name\">{}</b>, matched by {}</span>", other.side,
         ShortName(other.name, kTitleBytes), row.matched_by);
  html += "</p>";
  if (row.verdict != verify::Verdict::kMatch) {
    Append(html, "<p class=\"warning\"><b>{}</b>: {}</p>", verify::Name(row.verdict), row.reason);
  }
  if (!row.note.empty()) Append(html, "<p class=\"warning\">{}</p>", row.note);
  return html;
}

std::string VerifierHtml(const Column& column, const Cell& cell) {
  const verify::VerifierInfo& info = *column.request.info;
  std::string html = "<section class=\"formula\">";
  Append(html, "<h2>{}</h2><p>{}</p><p><code>{}</code></p><p class=\"muted\">Range {}",
         column.title, info.summary, info.formula, info.range);
  const std::string parameters = ParametersText(column.request);
  if (!parameters.empty()) Append(html, " · parameters {}", parameters);
  if (column.request.threshold) {
    Append(html, " · threshold {:.6g}, {}", *column.request.threshold,
           cell.within_threshold ? "met" : "not met");
  }
  html += "</p>";
  if (!cell.note.empty()) Append(html, "<p class=\"warning\">{}</p>", cell.note);
  return html + "</section>";
}

}  // namespace

DetailPages::DetailPages(const Summary& summary, const Findings& findings,
                         const std::vector<std::string>& pages, std::size_t row)
    : summary_(summary),
      findings_(findings),
      pages_(pages),
      index_(row),
      row_(summary.rows[row]),
      heading_(HeadingHtml(row_)),
      statistics_html_(StatisticsHtml(row_)),
      statistics_csv_(StatisticsCsv(row_)),
      worst_(WorstRowsOf(row_)) {
  const auto folders = 1 + std::count(pages[row].begin(), pages[row].end(), '/');
  for (std::ptrdiff_t i = 0; i < folders; ++i) root_ += "../";
}

std::vector<DetailPages::WorstRow> DetailPages::WorstRowsOf(const Row& row) {
  std::vector<WorstRow> rows;
  rows.reserve(row.worst.size());
  for (const verify::WorstElement& element : row.worst) {
    const Difference difference = DifferenceOf(element);
    const std::string coordinates = Coordinates(element.index, row.dims);
    WorstRow worst;
    Append(worst.html, "<tr><td>{}<td>{}<td>{}<td>{}<td>{:.5g}<td>{:.3g}", element.index,
           coordinates, ElementText(element.golden), ElementText(element.target),
           difference.absolute, difference.relative);
    worst.csv.Count(element.index).Text(coordinates);
    AddElement(element.golden, worst.csv);
    AddElement(element.target, worst.csv);
    worst.csv.Number(difference.absolute).Number(difference.relative);
    rows.push_back(std::move(worst));
  }
  return rows;
}

std::string DetailPages::LinkTo(std::size_t row, std::size_t column) const {
  return fmt::format("{}{}/{}.html", root_, EncodePath(summary_.columns[column].title),
                     EncodePath(pages_[row]));
}

// Links that jump between tensors stay with the verifier where it judged the other tensor too.
std::string DetailPages::Navigation(std::size_t column) const {
  std::string html;
  Append(html, "<nav><a id=\"up\" href=\"{}summary.html#t{}\">Summary</a>", root_, index_);
  const auto neighbour = [&](std::size_t row, std::string_view id, std::string_view arrow) {
    if (row >= summary_.rows.size() || !summary_.rows[row].cells[column]) return;
    Append(html, "<a id=\"{}\" rel=\"{}\" href=\"{}\">{} <span class=\"name\">{}</span></a>", id,
           id, LinkTo(row, column), arrow, ShortName(ReadableName(summary_.rows[row]), 48));
  };
  neighbour(index_ - 1, "prev", "←");
  neighbour(index_ + 1, "next", "→");
  Append(html, "<span class=\"muted\">tensor {} of {}</span></nav>", index_ + 1,
         summary_.rows.size());
  return html;
}

std::string DetailPages::Cards(std::size_t column) const {
  std::string html = "<section class=\"cards\" aria-label=\"Scores\">";
  for (std::size_t i = 0; i < row_.cells.size(); ++i) {
    if (!row_.cells[i]) continue;
    const Column& other = summary_.columns[i];
    Append(html, "<a class=\"card{}\" href=\"{}\"{}><span>{}</span><b>{}</b><small>{}</small></a>",
           row_.cells[i]->within_threshold ? "" : " outside", LinkTo(index_, i),
           i == column ? " aria-current=\"page\"" : "", other.title,
           NumberText(row_.cells[i]->score), UnitText(*other.request.info));
  }
  if (row_.agreement) {
    Append(html,
           "<div class=\"card\"><span>Agreement</span><b>{}</b><small>{} elements are equal"
           "</small></div>",
           NumberText(*row_.agreement), row_.sums.equal);
  }
  if (findings_.swallowed[index_]) {
    Append(html, "<div class=\"card outside\"><span>Diverges here</span><small>{}</small></div>",
           SwallowedText(summary_, index_));
  }
  const double loss_db = findings_.loss_db[index_];
  if (!std::isnan(loss_db) && !row_.inputs.empty() && !findings_.swallowed[index_]) {
    Append(html,
           "<div class=\"card\"><span>Against its inputs</span><b>{:+.1f} dB</b>"
           "<small>SQNR {}, inputs {}</small></div>",
           -loss_db, DbText(row_.sqnr_db), DbText(findings_.inputs_db[index_]));
  }
  return html + "</section>";
}

std::string DetailPages::Inputs(std::size_t column) const {
  if (row_.inputs.empty()) return {};
  std::string html = "<section><h2>Reads</h2><ul class=\"inputs\">";
  for (const std::size_t input : row_.inputs) {
    const Row& other = summary_.rows[input];
    const std::string name = ShortName(ReadableName(other), kTitleBytes);
    if (other.cells[column]) {
      Append(html, "<li><a class=\"name\" href=\"{}\">{}</a>", LinkTo(input, column), name);
    } else {
      Append(html, "<li><span class=\"name\">{}</span>", name);
    }
    Append(html, " <span class=\"muted\">{} {}</span></li>", ShortName(other.layer_type, 40),
           FidelityText(other));
  }
  return html + "</ul></section>";
}

std::string DetailPages::WorstTable(std::size_t column) const {
  if (row_.worst.empty()) return {};
  const auto tolerance = ToleranceOf(summary_.columns[column], row_);
  std::string html;
  Append(html,
         "<section><h2>The {} worst elements</h2><table><thead><tr><th>index</th>"
         "<th>coordinates</th><th>golden</th><th>target</th><th>|difference|</th>"
         "<th>relative</th>{}</tr></thead>",
         row_.worst.size(), tolerance ? "<th>within tolerance</th>" : "");
  for (std::size_t i = 0; i < worst_.size(); ++i) {
    html += worst_[i].html;
    if (tolerance) Append(html, "<td>{}", WithinText(row_.worst[i], tolerance));
  }
  return html + "</table></section>";
}

std::string DetailPages::Html(std::size_t column) const {
  const Column& shown = summary_.columns[column];
  std::string html;
  html.reserve(12 * 1024);
  Append(html,
         "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
         "<title>{} – {}</title><link rel=\"stylesheet\" href=\"{}{}/report.css\">"
         "<script src=\"{}{}/report.js\"></script></head><body class=\"detail\"><header>",
         ShortName(ReadableName(row_), kTitleBytes), shown.title, root_, kAssetFolder, root_,
         kAssetFolder);
  html += Navigation(column);
  html += heading_;
  html += "</header><main>";
  html += Cards(column);
  html += VerifierHtml(shown, *row_.cells[column]);
  html += statistics_html_;
  html += Inputs(column);
  html += WorstTable(column);
  html += "</main></body></html>\n";
  return html;
}

std::string DetailPages::Csv(std::size_t column) const {
  const Column& shown = summary_.columns[column];
  const verify::VerifierInfo& info = *shown.request.info;
  const Cell& cell = *row_.cells[column];
  CsvTable csv;
  const auto pair = [&](std::string_view key, std::string_view text) {
    csv.Text(key).Text(text).EndRow();
  };
  pair("Name", row_.name);
  pair("Golden name", row_.golden_name);
  pair("Layer Type", row_.layer_type);
  csv.Text("Size").Count(row_.size).EndRow();
  pair("Tensor_dims", DimsText(row_));
  pair("Verifier", info.name);
  csv.Text("Score").Number(cell.score).EndRow();
  pair("Unit", info.unit);
  pair("Range", info.range);
  pair("Formula", info.formula);
  pair("Parameters", ParametersText(shown.request));
  if (shown.request.threshold) {
    csv.Text("Threshold").Number(*shown.request.threshold).EndRow();
    pair("Within threshold", cell.within_threshold ? "yes" : "no");
  }
  pair("Verdict", verify::Name(row_.verdict));
  pair("Note", cell.note.empty() ? row_.reason : cell.note);
  if (row_.encoding) pair("Encoding", EncodingText(row_) + ". " + ClippingText(row_));
  csv.EndRow();
  csv.Append(statistics_csv_);
  for (const char* title :
       {"index", "coordinates", "golden", "target", "abs_diff", "rel_diff", "within_tolerance"}) {
    csv.Text(title);
  }
  csv.EndRow();
  const auto tolerance = ToleranceOf(shown, row_);
  for (std::size_t i = 0; i < worst_.size(); ++i) {
    csv.Append(worst_[i].csv).Text(WithinText(row_.worst[i], tolerance)).EndRow();
  }
  return csv.content();
}

}  // namespace acc::report

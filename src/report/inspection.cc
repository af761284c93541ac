// SPDX-License-Identifier: BSD-3-Clause
#include "report/inspection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "report/csv.h"
#include "report/figure.h"
#include "report/html.h"
#include "report/inspection_figures.h"
#include "report/inspection_pages.h"
#include "report/row_text.h"
#include "report/statements.h"

namespace acc::report {
namespace {

namespace fs = std::filesystem;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// A row of the summary and what was kept of its tensor.
struct IndexRow {
  const Row* row = nullptr;
  const InspectionEntry* entry = nullptr;  // Null where it was not inspected.

  double golden_min() const { return entry != nullptr ? entry->golden.min : row->sums.golden_min; }
  double golden_max() const { return entry != nullptr ? entry->golden.max : row->sums.golden_max; }
  double target_min() const { return entry != nullptr ? entry->target.min : row->sums.target_min; }
  double target_max() const { return entry != nullptr ? entry->target.max : row->sums.target_max; }
  bool is_calibrated() const { return entry != nullptr && entry->calibrated.has_value(); }
  double calibrated_min() const { return is_calibrated() ? entry->calibrated->low : kUnknown; }
  double calibrated_max() const { return is_calibrated() ? entry->calibrated->high : kUnknown; }
  double golden_outside() const { return is_calibrated() ? ShareOutside(entry->golden) : kUnknown; }
  double target_outside() const { return is_calibrated() ? ShareOutside(entry->target) : kUnknown; }

  std::string note() const {
    const std::string remark = RemarkOf(*row);
    const std::string data = entry != nullptr ? entry->data_note : "";
    return remark + (remark.empty() || data.empty() ? "" : "; ") + data;
  }
};

std::vector<IndexRow> IndexRows(const Summary& summary, const InspectionEntries& entries) {
  std::vector<IndexRow> rows;
  for (const Row& row : summary.rows) {
    const auto found = entries.find(row.name);
    rows.push_back({&row, found == entries.end() ? nullptr : &found->second});
  }
  return rows;
}

// What could not be compared or is not finite comes first, then the lowest SQNR.
void SortWorstFirst(std::vector<IndexRow>& rows) {
  const auto rank = [](const IndexRow& index) {
    const verify::Verdict verdict = index.row->verdict;
    if (verdict == verify::Verdict::kShapeMismatch) return 0;
    if (verdict == verify::Verdict::kNotFinite) return 1;
    return std::isnan(index.row->sqnr_db) ? 3 : 2;
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const IndexRow& a, const IndexRow& b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return rank(a) == 2 && a.row->sqnr_db < b.row->sqnr_db;
  });
}

// Heights from 0 to 100; a root keeps small bins visible beside a high one.
Json Heights(const std::vector<std::uint64_t>& counts) {
  const auto highest = static_cast<double>(*std::max_element(counts.begin(), counts.end()));
  Json heights = Json::array();
  for (const std::uint64_t count : counts) {
    const double share = highest > 0 ? static_cast<double>(count) / highest : 0;
    heights.push_back(static_cast<int>(std::ceil(100 * std::sqrt(share))));
  }
  return heights;
}

// Six digits are plenty for reading; JSON has no infinity.
Json Number(double value) {
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (std::isnan(value)) return nullptr;
  return ParseDouble(fmt::format("{:.6g}", value)).value_or(0);
}

Json IndexJson(const Summary& summary, const std::vector<IndexRow>& rows) {
  Json json;
  json["scores"] = Json::array();
  for (const Column& column : summary.columns) json["scores"].push_back(column.title);
  json["rows"] = Json::array();
  for (const IndexRow& index : rows) {
    const Row& row = *index.row;
    Json entry;
    entry["name"] = Printable(row.name);
    entry["readable_name"] = Printable(ReadableName(row));
    entry["golden_name"] = Printable(row.golden_name);
    entry["type"] = Printable(row.layer_type);
    if (row.dims) entry["dims"] = *row.dims;
    entry["verdict"] = verify::Name(row.verdict);
    entry["note"] = Printable(index.note());
    entry["sqnr_db"] = Number(row.sqnr_db);
    entry["scores"] = Json::array();
    for (const auto& cell : row.cells) {
      entry["scores"].push_back(cell ? Number(cell->score) : Json());
    }
    entry["golden_min"] = Number(index.golden_min());
    entry["golden_max"] = Number(index.golden_max());
    entry["target_min"] = Number(index.target_min());
    entry["target_max"] = Number(index.target_max());
    entry["calibrated_min"] = Number(index.calibrated_min());
    entry["calibrated_max"] = Number(index.calibrated_max());
    entry["golden_outside"] = Number(index.golden_outside());
    entry["target_outside"] = Number(index.target_outside());
    if (index.entry != nullptr) {
      entry["folder"] = EncodePath(index.entry->folder);
      const inspect::CommonBins& bins = index.entry->thumbnail;
      if (!bins.golden.empty()) {
        entry["bins"] = Json::array({Heights(bins.golden), Heights(bins.target)});
      }
    }
    json["rows"].push_back(std::move(entry));
  }
  return json;
}

std::string IndexHtml(const Summary& summary, const std::vector<IndexRow>& rows,
                      const InspectionStyle& style) {
  const auto inspected =
      std::ranges::count_if(rows, [](const IndexRow& index) { return index.entry != nullptr; });
  std::string html;
  Append(html,
         "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
         "<title>Tensor inspection</title><link rel=\"stylesheet\" href=\"{0}/report.css\">"
         "<script src=\"{0}/report.js\"></script></head><body class=\"summary\"><header>"
         "<h1>Tensor inspection</h1><p class=\"meta\"><span>golden <b class=\"name\">{1}</b></span>"
         "<span>target <b class=\"name\">{2}</b></span><span>{3} tensors inspected</span></p>",
         style.assets, summary.golden_directory, summary.target_directory, inspected);
  html += GateHtml(summary);
  html += StatementsHtml(summary);
  html +=
      "</header><main><section><div class=\"bar\"><h2>Tensors, the worst first</h2><label>Filter "
      "<input "
      "id=\"filter\" type=\"search\" placeholder=\"name, type or verdict\" autocomplete=\"off\" "
      "spellcheck=\"false\"></label><span id=\"count\" class=\"muted\" role=\"status\"></span>"
      "<span class=\"legend\"><span><i class=\"golden\"></i>golden</span><span><i "
      "class=\"target\"></i>target</span></span></div><div id=\"table\" class=\"table\"></div>"
      "</section><noscript><p class=\"warning\">The table needs scripts; summary.csv holds the "
      "same numbers.</p></noscript><footer><p>The same numbers: <a href=\"summary.csv\">"
      "summary.csv</a>. The heights of the small histograms are square roots.</p>";
  if (!summary.command.empty()) {
    Append(html, "<p><code class=\"command\">{}</code></p>", Join(summary.command, " "));
  }
  html += "</footer></main><script type=\"application/json\" id=\"data\">";
  html += EscapeScript(DumpJson(IndexJson(summary, rows)));
  Append(html,
         "</script><script src=\"{0}/plots.js\"></script><script "
         "src=\"{0}/inspection_index.js\"></script></body></html>\n",
         style.assets);
  return html;
}

}  // namespace

Status WriteInspectedTensor(const fs::path& directory, const InspectedTensor& tensor,
                            const InspectionStyle& style) {
  const fs::path folder = directory / tensor.folder;
  ACC_RETURN_IF_ERROR(CreateFolders(folder));
  const InspectionPages pages(tensor, style.assets);
  ACC_RETURN_IF_ERROR(WriteFile(folder / kHistogramsPage, pages.Histograms()));
  ACC_RETURN_IF_ERROR(WriteFile(folder / kCdfPage, pages.Cdf()));
  ACC_RETURN_IF_ERROR(WriteFile(folder / kDiffPage, pages.Diff()));
  ACC_RETURN_IF_ERROR(WritePng(folder / kDensityImage, DensityFigure(tensor)));
  if (!style.images) return OkStatus();
  ACC_RETURN_IF_ERROR(WritePng(folder / "Histograms.png", HistogramsFigure(tensor)));
  ACC_RETURN_IF_ERROR(WritePng(folder / "CDF_plots.png", CdfFigure(tensor)));
  return WritePng(folder / "Diff_plots.png", DiffFigure(tensor));
}

std::string InspectionCsv(const Summary& summary, const InspectionEntries& entries) {
  CsvTable csv;
  for (const char* title :
       {"Name", "Layer Type", "Size", "Tensor_dims", "golden_min", "golden_max", "target_min",
        "target_max", "calibrated_min", "calibrated_max", "target_calibrated_min_diff",
        "target_calibrated_max_diff", "golden_outside", "target_outside"}) {
    csv.Text(title);
  }
  for (const Column& column : summary.columns) csv.Text(column.title);
  csv.Text("verdict").Text("note").EndRow();
  for (const IndexRow& index : IndexRows(summary, entries)) {
    const Row& row = *index.row;
    csv.Text(Printable(row.name)).Text(Printable(row.layer_type)).Count(row.size);
    csv.Text(row.dims ? ToText(*row.dims) : "");
    csv.Number(index.golden_min()).Number(index.golden_max());
    csv.Number(index.target_min()).Number(index.target_max());
    for (const double value :
         {index.calibrated_min(), index.calibrated_max(),
          index.target_min() - index.calibrated_min(), index.target_max() - index.calibrated_max(),
          index.golden_outside(), index.target_outside()}) {
      if (index.is_calibrated()) {
        csv.Number(value);
      } else {
        csv.Empty();
      }
    }
    for (const auto& cell : row.cells) {
      if (cell) {
        csv.Number(cell->score);
      } else {
        csv.Empty();
      }
    }
    csv.Text(verify::Name(row.verdict)).Text(Printable(index.note())).EndRow();
  }
  return csv.content();
}

Status WriteInspectionIndex(const fs::path& directory, const Summary& summary,
                            const InspectionEntries& entries, const InspectionStyle& style) {
  std::vector<IndexRow> rows = IndexRows(summary, entries);
  SortWorstFirst(rows);
  ACC_RETURN_IF_ERROR(WriteFile(directory / "summary.csv", InspectionCsv(summary, entries)));
  return WriteFile(directory / "index.html", IndexHtml(summary, rows, style));
}

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
#include "report/summary_json.h"

#include <cmath>

#include "base/text.h"
#include "report/dissection.h"
#include "report/html.h"
#include "report/row_text.h"

namespace acc::report {
namespace {

Json Finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

// JSON has no infinity; a perfect SQNR is one.
Json ScoreJson(double value) {
  return std::isinf(value) ? Json(value > 0 ? "Infinity" : "-Infinity") : Finite(value);
}

Json Index(const std::optional<std::size_t>& index) { return index ? Json(*index) : Json(nullptr); }

Json ColumnJson(const Column& column) {
  const verify::VerifierInfo& info = *column.request.info;
  Json json = {{"name", column.title},
               {"verifier", info.name},
               {"summary", info.summary},
               {"formula", info.formula},
               {"unit", info.unit},
               {"range", info.range},
               {"higher_is_better", info.higher_is_better},
               {"perfect", ScoreJson(info.perfect)},
               {"parameters", column.request.parameters},
               {"folder", EncodePath(column.title)}};
  json["threshold"] = column.request.threshold ? Finite(*column.request.threshold) : Json(nullptr);
  return json;
}

Json CellsJson(const Row& row) {
  Json scores = Json::array();
  for (const auto& cell : row.cells)
    scores.push_back(cell ? ScoreJson(cell->score) : Json(nullptr));
  return scores;
}

Json OutsideJson(const Row& row) {
  Json outside = Json::array();
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (row.cells[i] && !row.cells[i]->within_threshold) outside.push_back(i);
  }
  return outside;
}

Json ScoreJson(const std::optional<double>& db) { return db ? ScoreJson(*db) : Json(nullptr); }

// What was measured of the layer by itself.
Json LayerJson(const Summary& summary, const store::LayerErrors& layer) {
  const auto cut_db =
      summary.dissection ? CutAt(*summary.dissection, layer.tensor) : std::optional<double>();
  return {{"role", Name(RoleOf(layer))},
          {"isolated_db", ScoreJson(layer.isolated)},
          {"inherited_db", ScoreJson(layer.inherited)},
          {"own_db", ScoreJson(layer.own)},
          {"output_alone_db", ScoreJson(layer.alone)},
          {"output_cut_db", ScoreJson(cut_db)},
          {"conversion_db", ScoreJson(layer.conversion)},
          {"inputs_db", ScoreJson(layer.inputs)},
          {"weights_db", ScoreJson(layer.weights)},
          {"bias_db", ScoreJson(layer.bias)},
          {"rounding_db", ScoreJson(layer.output)},
          {"arithmetic_db", ScoreJson(layer.arithmetic)},
          {"largest_part", store::Name(LargestPartOf(layer).part)}};
}

Json RowJson(const Summary& summary, const std::string& page, const Findings& findings,
             std::size_t index) {
  const Row& row = summary.rows[index];
  Json json = {
      {"name", Printable(row.name)},
      {"readable_name", Printable(ReadableName(row))},
      {"golden_name", Printable(row.golden_name)},
      {"node", Printable(row.node)},
      {"layer_type", Printable(row.layer_type)},
      {"processor", row.processor.empty() ? Json(nullptr) : Json(Printable(row.processor))},
      {"size", row.size},
      {"dims", row.dims ? Json(*row.dims) : Json(nullptr)},
      {"scores", CellsJson(row)},
      {"outside_threshold", OutsideJson(row)},
      {"sqnr_db", ScoreJson(row.sqnr_db)},
      {"agreement", row.agreement ? Json(*row.agreement) : Json(nullptr)},
      {"equal", row.agreement ? Json(row.sums.equal) : Json(nullptr)},
      {"inputs_sqnr_db", Finite(findings.inputs_db[index])},
      {"loss_db", Finite(findings.loss_db[index])},
      {"swallowed",
       findings.swallowed[index] ? Json(SwallowedText(summary, index)) : Json(nullptr)}};
  if (row.shipped) {
    json["shipped"] = {
        {"sqnr_db", ScoreJson(row.shipped->sqnr_db)},
        {"agreement", row.shipped->agreement ? Json(*row.shipped->agreement) : Json(nullptr)}};
  }
  if (row.layer) json["layer"] = LayerJson(summary, *row.layer);
  json["inputs"] = row.inputs;
  json["golden_min"] = Finite(row.sums.golden_min);
  json["golden_max"] = Finite(row.sums.golden_max);
  json["target_min"] = Finite(row.sums.target_min);
  json["target_max"] = Finite(row.sums.target_max);
  json["largest_difference"] = Finite(row.sums.difference_max);
  json["nan"] = row.sums.golden_nan + row.sums.target_nan;
  json["infinite"] = row.sums.golden_inf + row.sums.target_inf;
  json["verdict"] = verify::Name(row.verdict);
  json["matched_by"] = row.matched_by;
  json["note"] = Printable(RemarkOf(row));
  json["page"] = EncodePath(page);
  return json;
}

Json UnmatchedJson(const std::vector<store::SkippedTensor>& tensors) {
  Json list = Json::array();
  for (const auto& tensor : tensors) {
    list.push_back({{"name", Printable(tensor.name)}, {"reason", Printable(tensor.reason)}});
  }
  return list;
}

}  // namespace

Json SummaryJson(const Summary& summary, const Findings& findings,
                 const std::vector<std::string>& pages) {
  Json columns = Json::array();
  for (const Column& column : summary.columns) columns.push_back(ColumnJson(column));
  Json rows = Json::array();
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    rows.push_back(RowJson(summary, pages[i], findings, i));
  }
  Json json;
  json["version"] = 1;
  json["golden"] = Printable(summary.golden_directory);
  json["target"] = Printable(summary.target_directory);
  if (!summary.notice.empty()) json["notice"] = summary.notice;
  json["gate"] = Json::array();
  for (const std::string& reason : summary.gate) json["gate"].push_back(Printable(reason));
  json["statements"] = summary.statements;
  json["topological"] = summary.topological;
  json["findings"] = {{"headlines", Headlines(summary, findings)},
                      {"first_not_finite", Index(findings.first_not_finite)},
                      {"first_diverging", Index(findings.first_diverging)},
                      {"largest_loss", Index(findings.largest_loss)},
                      {"worst", findings.worst},
                      {"faithful_db", kFaithfulDb},
                      {"diverging_loss_db", kDivergingLossDb}};
  json["columns"] = std::move(columns);
  json["rows"] = std::move(rows);
  json["unmatched_target"] = UnmatchedJson(summary.unmatched_target);
  json["unmatched_golden"] = UnmatchedJson(summary.unmatched_golden);
  return json;
}

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
// encodings_diff.xlsx: the rows of --compare_encodings as a spreadsheet.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/compare_encodings/compared_encoding.h"
#include "features/encodings/model_differences.h"
#include "report/xlsx.h"

namespace acc::features {

// A row of the summary sheet: a count of each section, or a fact.
struct SummaryRow {
  std::string item;
  report::XlsxCell activations;
  report::XlsxCell params;
};

struct WorkbookContent {
  SideNames sides;
  bool activations = true;  // Which sheets there are.
  bool params = true;
  bool structure = false;
  std::span<const SummaryRow> summary;
  std::span<const ComparedEncoding> encodings;
  std::span<const ModelDifference> differences;
};

// Sheets Summary, Costs (of all encodings that differ, the worst first), Activations, Params and,
// for two models, Structure. Activations and Params have a row for each encoding, or for each
// channel; fields that differ are red on both sides, encodings without a twin yellow.
Status WriteWorkbook(const std::filesystem::path& path, const WorkbookContent& content);

// Those that differ and have a cost, the worst first.
std::vector<const ComparedEncoding*> ByCost(std::span<const ComparedEncoding> encodings);

}  // namespace acc::features

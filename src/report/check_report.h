// SPDX-License-Identifier: BSD-3-Clause
// How quantization checks are reported: the same rows as CSV, as HTML and as the log's tables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/csv.h"

namespace acc::report {

enum class Checked { kActivation, kWeight, kBias, kInput };

// Texts are those of models and files: hostile until they are escaped here.
struct CheckRow {
  std::string op_name;
  std::string node;
  bool passes = true;
  std::string difference;
  std::string log_difference;  // Empty: as `difference`.
  std::string threshold;       // Empty where the check has none.
  std::string algorithm;
  std::string input;  // The input's files, of activations and inputs.
};

struct CheckTable {
  Checked kind = Checked::kWeight;
  std::vector<CheckRow> rows;

  std::size_t failures() const;
};

// "activations", "weights", …
std::string_view PluralOf(Checked kind);

// Op Name, <kind> Node, Passes Accuracy, Accuracy Difference, Threshold Used, Algorithm Used, and
// for activations and inputs Input.
void AppendCheckHeader(Checked kind, CsvTable& csv);
void AppendCheckRows(const CheckTable& table, CsvTable& csv);

// The failing rows as Qualcomm's checker logs them:
//   <====WEIGHTS ANALYSIS FAILURES====>
//   Results for the enhanced quantization:
//   | Op Name | Weight Node | Passes Accuracy | … |
// Empty where all pass.
std::string FailureTable(const std::string& option, const CheckTable& table);

// A page of tables about one option, and for activations one input.
struct CheckPage {
  std::string title;     // "enhanced"
  std::string subtitle;  // The model; the input.
  struct Link {
    std::string text;
    std::string path;  // Relative to the page.
  };
  std::vector<Link> links;
  std::vector<const CheckTable*> tables;
  std::string assets;  // The path of the assets' folder, relative to the page.
};
std::string CheckPageHtml(const CheckPage& page);

}  // namespace acc::report

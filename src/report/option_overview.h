// SPDX-License-Identifier: BSD-3-Clause
// The page that ranks the options of quantizing one model.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace acc::report {

struct OptionRow {
  std::string name;
  double expected_db = 0;  // Of the output; NaN where unknown.
  double measured_db = 0;
  std::string worst_output;      // Whose SQNR measured_db is.
  double worst_line_db = 0;      // Of that output, over single inputs.
  std::string worst_line;        // The files of that input.
  std::size_t failures[3] = {};  // Of activations, weights and biases.
  std::size_t checks[3] = {};
  std::vector<std::string> noisiest;  // Tensors, by their own noise.
};

struct RemedyText {
  std::string what;      // "one range per output channel"
  std::string flag;      // How to ask for it; may be empty.
  double before_db = 0;  // The output's SQNR with the tensor quantized alone.
  double after_db = 0;   // The same with the remedy.
};

// A tensor that causes a part of the best option's error.
struct CauseText {
  std::string tensor;
  std::string role;      // "weight of Conv 'conv1'"
  double share = 0;      // What it alone makes of the output's noise, 0 to 1.
  double output_db = 0;  // The output's SQNR where it alone is quantized.
  double sqnr_db = 0;    // Its own.
  std::string why;
  std::optional<RemedyText> remedy;  // The cheapest that helps; nothing where none does.
};

struct OptionOverview {
  std::string model;
  std::size_t inputs = 0;
  std::size_t measured_inputs = 0;
  std::vector<OptionRow> rows;    // The best first.
  std::vector<CauseText> causes;  // Of the best, the costliest first.
  std::string overrides_file;     // Relative to the page.
  std::string overrides_flags;
  std::string remedies_file;  // Empty where no remedy can be said by encodings.
  std::string remedies_flags;
  std::optional<double> remedies_db;  // Measured with them.
  std::vector<std::string> notes;     // What has to be known, one sentence each.
  std::string command;
};

std::string OverviewHtml(const OptionOverview& overview);
Json OverviewJson(const OptionOverview& overview);
// For the terminal.
std::vector<std::string> OverviewLines(const OptionOverview& overview);

}  // namespace acc::report

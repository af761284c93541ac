// SPDX-License-Identifier: BSD-3-Clause
// The table of quantization checks: each judges how well an encoding serves a tensor. A check is
// one file in checks/, one row here. They have the names of Qualcomm's quantization checker, which
// documents what each looks at but no formula; the formulas and the way a threshold decides are
// this program's and stand in the rows.
//
// A tensor with NaN or infinities passes no check; the checks themselves see finite values only.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "inspect/quantization_facts.h"
#include "inspect/value_facts.h"

namespace acc::inspect {

struct CheckThreshold {
  double value = 0;
  bool percent = false;  // Of max - min of the unquantized values, where the check knows percents.
};

struct CheckSubject {
  const ValueFacts& values;
  const QuantizationFacts* quantized = nullptr;  // Null for inputs, which are not quantized yet.
  int bitwidth = 8;
};

struct CheckResult {
  bool passes = true;
  std::string difference;      // What "Accuracy Difference" says in CSV and HTML.
  std::string log_difference;  // The same as the log's tables say it, where they say it otherwise.
};

// What has to be known of the data.
struct CheckNeeds {
  bool elements = false;  // Of the quantized values more than their range.
  bool entropy = false;
  bool moments = false;
  bool order = false;
  bool distinct = false;
  bool swallowed = false;
};

struct CheckInfo {
  std::string_view name;       // As in the configuration file.
  std::string_view summary;    // One sentence.
  std::string_view formula;    // And the text that reports it.
  std::string_view passes_if;  // "the SQNR is at least the threshold"
  std::string_view unit;       // Of the threshold; empty where there is none.
  bool needs_threshold = true;
  bool knows_percent = false;
  bool judges_inputs = false;  // Can do without an encoding.
  CheckNeeds needs;
  CheckResult (*judge)(const CheckSubject& subject, const CheckThreshold& threshold);
};

std::span<const CheckInfo> Checks();

// By name, in any case. A usage error with the nearest name for others.
Result<const CheckInfo*> CheckNamed(std::string_view name);

// What FactsOf has to find out for these needs of a tensor of that bitwidth.
WantedFacts WantedFor(const CheckNeeds& needs, int bitwidth);

}  // namespace acc::inspect

// SPDX-License-Identifier: BSD-3-Clause
// What the check of a model begins with: its graphs, its inputs, and each option with what will
// quantize by it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/quant_checker/checked_graph.h"
#include "features/quant_checker/config.h"
#include "features/quant_checker/feature.h"
#include "features/quant_checker/option.h"
#include "features/source_model/input_lines.h"
#include "features/source_model/source_model.h"
#include "inspect/checks/checks.h"
#include "quantize/overrides.h"
#include "quantize/quantize.h"

namespace acc::features {

// An option with what will quantize it.
struct Candidate {
  QuantizationOption option;
  std::size_t graph = 0;  // Index into Preparation::graphs.
  std::unique_ptr<quantize::Quantizer> quantizer;
};

struct Preparation {
  SourceModel source;
  quantize::Overrides overrides;  // Those of the user.
  InputLines lines;
  inspect::CheckNeeds needs;         // Of weights, biases and activations together.
  std::vector<CheckedGraph> graphs;  // As it is; and equalized, where that changes anything.
  std::vector<Candidate> candidates;
  std::vector<std::string> notes;  // For the report.
};

// Fails for what cannot be read, for outputs that depend on random numbers, and for goldens that
// are of another model.
Result<Preparation> PrepareCheck(const QuantCheckerOptions& options, const CheckerConfig& config);

// Keeps a reference to the candidate's graph.
Result<std::unique_ptr<quantize::Quantizer>> QuantizerFor(const Preparation& prepared,
                                                          const Candidate& candidate,
                                                          const quantize::Overrides& overrides,
                                                          const QuantCheckerOptions& options);

inline std::uint64_t BudgetBytes(const QuantCheckerOptions& options) {
  return options.memory_budget_mb << 20;
}

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
// Activations judged input by input, for all options together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/quant_checker/check_rows.h"
#include "features/quant_checker/float_run.h"
#include "features/source_model/input_lines.h"

namespace acc::features {

struct ActivationSources {
  const std::vector<WantedCheck>& checks;
  std::span<const CheckedGraph> graphs;
  std::span<const OptionResult> results;
  std::span<const std::vector<std::string>> stored;  // Of each result, in the graph's order.
  const InputLines& lines;
  std::span<const std::string> inputs;  // The files of each line.
  const LineFacts* facts = nullptr;     // Of the calibration's run; null where they were too many.
  inspect::WantedFacts wanted_facts;
  std::uint64_t memory_budget_bytes = 0;
};

// Takes the table of one option (an index of `results`) at one line.
using ActivationSink =
    std::function<Status(std::size_t option, std::size_t line, const report::CheckTable& table)>;

// Where the range of the values is enough for all checks and was kept, nothing runs. Otherwise the
// float graphs run once more, over as many lines at a time as the budget has room for, each line
// for all options at once.
Status CheckActivations(const ActivationSources& sources, const ActivationSink& sink);

}  // namespace acc::features

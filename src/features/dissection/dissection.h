// SPDX-License-Identifier: BSD-3-Clause
// Takes the target run of input lines apart: which layer makes the error, and what makes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/source_model/input_lines.h"
#include "features/target_run/target_run.h"
#include "store/graph_struct.h"
#include "target/engine.h"

namespace acc::features {

struct DissectionSources {
  const TargetModel& model;
  const InputLines& lines;
  std::vector<std::size_t> chosen;      // The first holds the golden run's input.
  std::filesystem::path golden;         // A golden run.
  const store::TensorMapping& mapping;  // Target to golden names.
  std::filesystem::path run;            // The finished run of the whole model.
  target::Engine& engine;               // That ran it.
  bool is_host = false;                 // It is the host's.
  std::uint64_t memory_budget_bytes = 0;
  std::string only = {};  // A layer to be written as a model; or empty.
  bool every_cut = false;
  std::vector<std::string> engine_words = {};  // Flags that choose this target.
};

// Writes dissection.json and dissection.csv into the run, of several lines dissection_lines.csv
// too, and `only` into its folder layer_<name>, and returns what the terminal says of it.
Result<std::vector<std::string>> Dissect(const DissectionSources& sources);

}  // namespace acc::features

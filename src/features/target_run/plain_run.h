// SPDX-License-Identifier: BSD-3-Clause
// The run that ships: the outputs alone, nothing captured. Capturing can keep the runtime from
// fusing layers, and then gives other outputs than the user's program will see.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/source_model/input_lines.h"
#include "features/target_run/result_writers.h"
#include "features/target_run/target_run.h"
#include "target/engine.h"

namespace acc::features {

struct PlainRun {
  std::vector<target::NodePlace> places;  // See Engine::places.
  // One sentence for each output that capturing changed, or one that says why nothing tells.
  std::vector<std::string> changes;
  // Of the output that capturing changed most: the plain output to its difference from the captured
  // one, in dB. Nothing where capturing changes nothing, or nothing tells.
  std::optional<double> lowest_db;
};

// Runs every line again and keeps the outputs that differ from those written before.
Result<PlainRun> RunPlain(const TargetModel& model, const InputLines& lines, target::Engine& engine,
                          ResultWriters& writers);

}  // namespace acc::features

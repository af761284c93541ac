// SPDX-License-Identifier: BSD-3-Clause
// Proves what the target is known to get wrong: the layers of such nodes run alone, on the target
// and on the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/status.h"
#include "features/source_model/input_lines.h"
#include "features/target_run/target_run.h"
#include "store/hazards.h"
#include "target/engine.h"

namespace acc::features {

struct HazardSources {
  const TargetModel& model;
  const InputLines& lines;
  std::size_t line = 0;           // Of which the layers get the values.
  std::filesystem::path scratch;  // A folder that is made and removed again.
  target::Engine& engine;         // That is known to get them wrong.
  std::uint64_t memory_budget_bytes = 0;
};

// A record for each hazard, in their order. Layers get what the converted model makes of the line
// in float. What cannot run alone has a reason, and so have all where that float run fails; fails
// only where the user ends it.
Result<std::vector<store::HazardRecord>> ProveHazards(const HazardSources& sources,
                                                      const std::vector<target::Hazard>& hazards);

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
// Captures in groups where capturing all tensors at once changed an output.
//
// A run that captures some tensors and still gives the outputs of the run without capture shows
// those tensors as they ship. A group whose run changes the outputs is halved; the number of runs
// is bounded, so that what it costs is known.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/status.h"
#include "features/source_model/input_lines.h"
#include "features/target_run/result_writers.h"
#include "features/target_run/target_run.h"
#include "target/engine.h"

namespace acc::features {

struct GroupCapture {
  std::size_t runs = 0;
  std::size_t tensors = 0;      // Between the inputs and the outputs.
  std::size_t undisturbed = 0;  // That come from a run whose outputs ship.
  std::size_t changed = 0;      // Of those, that the one capture of all had changed.
  std::string first_disturbed;  // Empty where there is none.
};

// `writers` holds the capture of all taps of `program`, with the plain run's outputs beside. What
// the groups give replaces it there; the outputs too, where no tensor is left disturbed. `scratch`
// is a folder for the groups' files, removed at the end.
Result<GroupCapture> CaptureInGroups(const TargetModel& model, const target::Program& program,
                                     const InputLines& lines, target::Engine& engine,
                                     bool native_outputs, const std::filesystem::path& scratch,
                                     ResultWriters& writers);

// What it found, in one sentence; without runs, that all comes from the one capture.
std::string GroupStatement(const GroupCapture& capture);

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
#include "features/target_run/plain_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "base/text.h"

namespace acc::features {
namespace {

// An output that capturing changed.
struct Change {
  double lowest_db = 0;  // Of the lines.
  std::size_t lines = 0;
};

std::string Sentence(const std::string& output, const Change& change, std::size_t lines) {
  const std::string of = lines == 1 ? "" : fmt::format(" on {} of {} inputs", change.lines, lines);
  if (std::isinf(change.lowest_db)) {
    return fmt::format(
        "Capturing changed the output '{}'{}: the plain run, which is what ships, gives zeros "
        "alone, and the captured run does not.",
        Printable(output), of);
  }
  return fmt::format(
      "Capturing changed the output '{}'{}: {:.1f} dB between the captured run and the plain one, "
      "which is what ships.",
      Printable(output), of, change.lowest_db);
}

}  // namespace

Result<PlainRun> RunPlain(const TargetModel& model, const InputLines& lines, target::Engine& engine,
                          ResultWriters& writers) {
  std::mutex mutex;
  std::map<std::string, Change> changed;
  Status kept;  // What fails here is a failure of this run, not of the engine.
  const auto keep = [&](std::size_t line, const target::Tap& tap, const TensorView& value,
                        const TensorView&) -> Status {
    if (!model.selected.empty() && !model.selected.contains(tap.tensor)) return OkStatus();
    if (writers.IsRandom(tap.tensor) && writers.Has(tap.tensor)) return OkStatus();
    const std::lock_guard lock(mutex);
    const auto db = writers.WritePlain(line, tap, value);
    if (!db.ok()) return kept = db.status();
    if (!*db) return OkStatus();
    const auto [change, is_new] = changed.try_emplace(tap.tensor, Change{**db, 0});
    change->second.lowest_db = std::min(change->second.lowest_db, **db);
    ++change->second.lines;
    return OkStatus();
  };
  const auto read = [&](std::size_t line) { return lines.Read(line); };
  const target::Program program = ProgramOf(model, true);
  const Status status = engine.Run(
      program, lines.size(), read, keep, [](const auto&, const auto&) {}, "plain run");
  if (status.code() == StatusCode::kInterrupted) return status;
  ACC_RETURN_IF_ERROR(kept);
  PlainRun plain;
  if (!status.ok()) {
    plain.changes = {
        "The run without capture failed, so nothing tells whether capturing changes "
        "the outputs: " +
        status.message()};
    return plain;
  }
  plain.places = engine.places();
  for (const auto& [output, change] : changed) {
    plain.changes.push_back(Sentence(output, change, lines.size()));
    plain.lowest_db = std::min(plain.lowest_db.value_or(change.lowest_db), change.lowest_db);
  }
  return plain;
}

}  // namespace acc::features

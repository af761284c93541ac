// SPDX-License-Identifier: BSD-3-Clause
#include "features/target_run/group_capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <set>
#include <system_error>
#include <vector>

#include "base/text.h"
#include "model/graph.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRuns = 16;
// Runs times lines: a long input list is captured in groups less often.
constexpr std::size_t kMostLineRuns = 64;

using Group = std::vector<target::Tap>;

class GroupRuns {
 public:
  GroupRuns(const TargetModel& model, const target::Program& program, const InputLines& lines,
            target::Engine& engine, bool native_outputs, fs::path scratch, ResultWriters& writers)
      : model_(model),
        program_(program),
        lines_(lines),
        engine_(engine),
        native_outputs_(native_outputs),
        scratch_(std::move(scratch)),
        writers_(writers) {
    for (const target::Tap& tap : program.outputs) {
      const bool tells = writers.Has(tap.tensor) && !writers.IsRandom(tap.tensor);
      if (tells) outputs_.insert(tap.tensor);
    }
  }

  Result<GroupCapture> Run() {
    const Group between = Between();
    found_.tensors = between.size();
    const std::size_t most =
        std::min(kMostRuns, kMostLineRuns / std::max<std::size_t>(lines_.size(), 1));
    if (most < 2) return Left({between});
    // Half of the runs for the first groups, the others for the halves of those that failed: most
    // of the tensors in few runs.
    std::deque<Group> waiting;
    Split(between, most / 2, waiting);
    std::deque<Group> given_up;
    while (!waiting.empty() && found_.runs < most) {
      const Group group = std::move(waiting.front());
      waiting.pop_front();
      ACC_ASSIGN_OR_RETURN(const bool ships, Capture(group));
      if (ships) continue;
      if (group.size() == 1) {
        given_up.push_back(group);
      } else {
        Split(group, 2, waiting);
      }
    }
    given_up.insert(given_up.end(), waiting.begin(), waiting.end());
    return Left(given_up);
  }

 private:
  Group Between() const {
    const auto inputs = model::InputNames(model_.converted.graph);
    Group between;
    for (const target::Tap& tap : program_.taps) {
      const bool is_end = outputs_.contains(tap.tensor) || inputs.contains(tap.tensor);
      const bool is_same = !writers_.IsRandom(tap.tensor) && writers_.Has(tap.tensor);
      if (!is_end && is_same) between.push_back(tap);
    }
    return between;
  }

  // Neighbours stay together: they share what the runtime fuses.
  static void Split(const Group& group, std::size_t parts, std::deque<Group>& waiting) {
    const std::size_t size = (group.size() + parts - 1) / parts;
    for (std::size_t first = 0; first < group.size(); first += size) {
      const auto begin = group.begin() + static_cast<std::ptrdiff_t>(first);
      const std::size_t count = std::min(size, group.size() - first);
      waiting.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(count));
    }
  }

  // Whether the run with these taps gives the outputs that ship; then they are taken.
  Result<bool> Capture(const Group& group) {
    target::Program program = program_;
    program.taps = group;
    program.taps.insert(program.taps.end(), program.outputs.begin(), program.outputs.end());
    ResultWriters captured(model_, scratch_, lines_.size(), native_outputs_);
    std::mutex mutex;
    Status written;  // What fails there is a failure of this run, not of the engine.
    const auto write = [&](std::size_t line, const target::Tap& tap, const TensorView& value,
                           const TensorView& stored) {
      Status status = captured.Write(line, tap, value, stored);
      const std::lock_guard lock(mutex);
      if (written.ok()) written = status;
      return status;
    };
    const auto read = [&](std::size_t line) { return lines_.Read(line); };
    ++found_.runs;
    const Status status = engine_.Run(
        program, lines_.size(), read, write, [](const auto&, const auto&) {}, "capture in groups");
    if (status.code() == StatusCode::kInterrupted) return status;
    ACC_RETURN_IF_ERROR(written);
    if (!status.ok()) return false;
    for (const std::string& output : outputs_) {
      ACC_ASSIGN_OR_RETURN(const bool same, writers_.ShipsAs(output, captured));
      if (!same) return false;
    }
    ACC_RETURN_IF_ERROR(Take(group, captured));
    if (found_.undisturbed == found_.tensors) {
      for (const std::string& output : outputs_) {
        ACC_RETURN_IF_ERROR(writers_.Adopt(output, captured).status());
      }
    }
    return true;
  }

  Status Take(const Group& group, const ResultWriters& captured) {
    for (const target::Tap& tap : group) {
      ACC_ASSIGN_OR_RETURN(const bool differs, writers_.Adopt(tap.tensor, captured));
      ++found_.undisturbed;
      found_.changed += differs ? 1 : 0;
    }
    return OkStatus();
  }

  GroupCapture Left(const std::deque<Group>& groups) {
    for (const Group& group : groups) {
      for (const target::Tap& tap : group) {
        writers_.MarkDisturbed(tap.tensor);
        if (found_.first_disturbed.empty()) found_.first_disturbed = tap.tensor;
      }
    }
    return found_;
  }

  const TargetModel& model_;
  const target::Program& program_;
  const InputLines& lines_;
  target::Engine& engine_;
  bool native_outputs_;
  fs::path scratch_;
  ResultWriters& writers_;
  std::set<std::string> outputs_;
  GroupCapture found_;
};

}  // namespace

Result<GroupCapture> CaptureInGroups(const TargetModel& model, const target::Program& program,
                                     const InputLines& lines, target::Engine& engine,
                                     bool native_outputs, const fs::path& scratch,
                                     ResultWriters& writers) {
  Result<GroupCapture> found =
      GroupRuns(model, program, lines, engine, native_outputs, scratch, writers).Run();
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  return found;
}

std::string GroupStatement(const GroupCapture& capture) {
  if (capture.runs == 0) return "The tensors in between come from the captured run.";
  const std::string what = fmt::format(
      "Captured in groups ({} runs), {} of {} tensors in between are as they ship, {} of which the "
      "capture of all at once had changed",
      capture.runs, capture.undisturbed, capture.tensors, capture.changed);
  if (capture.first_disturbed.empty()) return what + ".";
  return fmt::format("{}; the others, '{}' the first, come from a run that changes the outputs.",
                     what, Printable(capture.first_disturbed));
}

}  // namespace acc::features

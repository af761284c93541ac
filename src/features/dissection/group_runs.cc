// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/group_runs.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace acc::features {
namespace {

using Groups = std::span<const target::NodeGroup>;

class Runner {
 public:
  Runner(const GroupRun& run, const GivenValue& given, const MadeValue& made, const LostValue& lost)
      : run_(run), given_(given), made_(made), lost_(lost) {}

  Status Run(Groups groups) {
    while (!groups.empty()) {
      const std::size_t count = CountThatFits(groups);
      ACC_RETURN_IF_ERROR(Session(groups.first(count)));
      groups = groups.subspan(count);
    }
    return OkStatus();
  }

 private:
  std::uint64_t BytesOf(const std::vector<std::size_t>& taps) const {
    std::uint64_t bytes = 0;
    for (const std::size_t tap : taps) {
      const ValueInfo& info = run_.values.InfoOf(run_.program.taps[tap].tensor);
      bytes += ByteSize(info.type, ElementCount(info.dims).value_or(0));
    }
    return bytes;
  }

  // Each value stands in the session, in what is given to it and in what comes back.
  std::size_t CountThatFits(Groups groups) const {
    constexpr std::uint64_t kCopies = 4;
    std::uint64_t bytes = 0;
    std::size_t count = 0;
    for (const target::NodeGroup& group : groups) {
      bytes += kCopies * (BytesOf(group.inputs) + BytesOf(group.outputs));
      if (count > 0 && bytes > run_.memory_budget_bytes) break;
      ++count;
    }
    return count;
  }

  Status Session(Groups groups) {
    const auto isolated = target::Isolated(run_.program, groups, [&](std::size_t tap) -> ValueInfo {
      return run_.values.InfoOf(run_.program.taps[tap].tensor);
    });
    ACC_ASSIGN_OR_RETURN(const auto inputs, InputsOf(isolated, groups));
    Status status = Execute(isolated.program, inputs);
    ACC_RETURN_IF_ERROR(failed_);
    if (status.ok() || status.code() == StatusCode::kInterrupted) return status;
    if (groups.size() == 1) return Lose(groups.front(), status);
    const std::size_t half = groups.size() / 2;
    ACC_RETURN_IF_ERROR(Session(groups.first(half)));
    return Session(groups.subspan(half));
  }

  Status Execute(const target::Program& program, const std::map<std::string, Tensor>& inputs) {
    std::mutex mutex;
    const auto keep = [&](std::size_t, const target::Tap& tap, const TensorView& value,
                          const TensorView&) -> Status {
      {
        const std::lock_guard lock(mutex);
        if (!seen_.insert(tap.tensor).second) return OkStatus();
      }
      Status status = Make(tap, value);
      const std::lock_guard lock(mutex);
      if (failed_.ok()) failed_ = status;
      return status;
    };
    const auto read = [&](std::size_t) -> Result<std::map<std::string, Tensor>> { return inputs; };
    return run_.engine.Run(program, 1, read, keep, lost_, run_.what);
  }

  Status Make(const target::Tap& tap, const TensorView& value) const {
    ACC_ASSIGN_OR_RETURN(
        const Tensor kept,
        Tensor::Create(value.type, value.dims, {value.bytes.begin(), value.bytes.end()}));
    return made_(tap, kept);
  }

  Status Lose(const target::NodeGroup& group, const Status& status) const {
    for (const std::size_t output : group.outputs) {
      lost_(run_.program.taps[output].tensor, status.message());
    }
    return OkStatus();
  }

  Result<std::map<std::string, Tensor>> InputsOf(const target::IsolatedProgram& isolated,
                                                 Groups groups) const {
    std::map<std::string, Tensor> inputs;
    for (const target::IsolatedInput& input : isolated.inputs) {
      const std::vector<std::size_t>& all = groups[input.group].inputs;
      const auto place = static_cast<std::size_t>(std::ranges::find(all, input.tap) - all.begin());
      ACC_ASSIGN_OR_RETURN(inputs[input.name], given_(input.tap, place));
    }
    return inputs;
  }

  const GroupRun& run_;
  const GivenValue& given_;
  const MadeValue& made_;
  const LostValue& lost_;
  std::set<std::string> seen_;
  Status failed_;  // Of what is done with the values: no failure of the engine.
};

}  // namespace

Status RunGroups(const GroupRun& run, std::span<const target::NodeGroup> groups,
                 const GivenValue& given, const MadeValue& made, const LostValue& lost) {
  return Runner(run, given, made, lost).Run(groups);
}

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
// Runs groups of nodes on an engine, each fed by itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "features/dissection/line_values.h"
#include "target/engine.h"
#include "target/node_groups.h"

namespace acc::features {

struct GroupRun {
  const target::Program& program;  // The whole, of which the groups are.
  target::Engine& engine;
  const LineValues& values;  // For types and dims.
  std::uint64_t memory_budget_bytes = 0;
  std::string_view what;  // Names the work in the progress bar.
};

// The real values that an input of a group gets: of which tap, as which of the group's inputs.
using GivenValue = std::function<Result<Tensor>(std::size_t tap, std::size_t place)>;
// Gets what a group made, once each; from several threads at once, for different tensors.
using MadeValue = std::function<Status(const target::Tap& tap, const Tensor& value)>;
// Gets the tensor of each group that could not be run, and why.
using LostValue = std::function<void(const std::string& tensor, const std::string& reason)>;

// As many groups in one session as the budget holds the values of; where a session fails, its
// halves by themselves. Fails where `given` or `made` do.
Status RunGroups(const GroupRun& run, std::span<const target::NodeGroup> groups,
                 const GivenValue& given, const MadeValue& made, const LostValue& lost);

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
// Runs a model with chosen tensors made outputs of its graph, in as many passes as a memory budget
// needs. The golden runner and the target engines share it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "ort/session.h"
#include "tensor/tensor.h"

namespace acc::ort {

struct CapturePlan {
  std::string model;                 // A serialized ModelProto.
  std::set<std::string> inputs;      // Of the model; a tensor that is one is seen as it is fed.
  std::set<std::string> outputs;     // That the model has already; none may become one twice.
  std::vector<std::string> tensors;  // What to capture; an unknown name is a failure.
  SessionConfig config;
  std::uint64_t memory_budget_bytes = std::uint64_t{1} << 30;  // Of captured tensors at one time.
  // Tells the dims of tensors that the model alone leaves open; asked only when their sizes matter.
  // Null: they are taken to be large.
  std::function<Result<std::map<std::string, ValueInfo>>()> infer_types = {};
};

// A value seen at input line `line`. Called from several threads at once, each tensor of each line
// exactly once, in no promised order. A failure ends the capture.
using CaptureSink =
    std::function<Status(std::size_t line, const std::string& tensor, const TensorView&)>;
// What could not be seen and why, once per tensor.
using UnreadableSink = std::function<void(const std::string& tensor, const std::string& reason)>;
// The inputs of line `line`; the tensors live as long as the returned map.
using InputSource = std::function<Result<std::map<std::string, Tensor>>(std::size_t line)>;

// Runs `lines` input lines through every pass; a pass's session is made once for all lines.
// `what` names the work in the progress bar.
Status Capture(const CapturePlan& plan, std::size_t lines, const InputSource& inputs,
               const CaptureSink& sink, const UnreadableSink& unreadable, std::string_view what);

// `inputs` as the views that Session::Run takes.
Inputs Views(const std::map<std::string, Tensor>& inputs);

}  // namespace acc::ort

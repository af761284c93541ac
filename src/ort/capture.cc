// SPDX-License-Identifier: BSD-3-Clause
#include "ort/capture.h"

#include <algorithm>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/interrupt.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "base/threads.h"
#include "model/onnx/onnx_format.h"
#include "ort/library.h"

namespace acc::ort {
namespace {

// What a tensor of unknown size is taken to need.
constexpr std::uint64_t kUnknownBytes = std::uint64_t{8} << 20;

Result<Session> SessionWithOutputs(const CapturePlan& plan, std::span<const std::string> tensors) {
  std::vector<std::string> extra;
  for (const std::string& tensor : tensors) {
    if (!plan.outputs.contains(tensor)) extra.push_back(tensor);
  }
  return Session::Create(plan.model + model::ExtraOutputs(extra), plan.config);
}

std::uint64_t ExpectedBytes(const ValueInfo& value) {
  const auto count = value.has_rank ? ElementCount(value.dims) : std::nullopt;
  return count ? ByteSize(value.type, *count) : kUnknownBytes;
}

using Sizes = std::unordered_map<std::string, std::uint64_t>;
using InferredTypes = Result<std::map<std::string, ValueInfo>>;

Sizes ExpectedSizes(const Session& session) {
  Sizes sizes;
  for (const ValueInfo& output : session.outputs()) sizes[output.name] = ExpectedBytes(output);
  return sizes;
}

std::uint64_t Total(const std::vector<std::string>& tensors, const Sizes& sizes) {
  std::uint64_t total = 0;
  for (const std::string& tensor : tensors) total = SumOrMost(total, sizes.at(tensor));
  return total;
}

// Starts plan.infer_types beside the making of the session, which alone could tell that it is
// needed: where the guess costs little, both take the time of one.
std::future<InferredTypes> StartInference(const CapturePlan& plan) {
  constexpr std::size_t kSmallModelBytes = std::size_t{64} << 20;
  const bool early = plan.model.size() <= kSmallModelBytes && !plan.config.log && ThreadCount() > 1;
  if (!plan.infer_types) return {};
  // With both policies the library falls back to the second where no thread is to be had.
  const auto policy = early ? std::launch::async | std::launch::deferred : std::launch::deferred;
  return std::async(policy, plan.infer_types);
}

Result<Sizes> SizesFor(const CapturePlan& plan, const std::vector<std::string>& tensors,
                       const Session& session, std::future<InferredTypes>& inference) {
  Sizes sizes = ExpectedSizes(session);
  if (!inference.valid() || Total(tensors, sizes) <= plan.memory_budget_bytes) return sizes;
  ACC_ASSIGN_OR_RETURN(const auto types, inference.get());
  for (const auto& [name, type] : types) sizes[name] = ExpectedBytes(type);
  return sizes;
}

// Splits `tensors` so that no group is expected to need more than the budget; a tensor above it is
// alone.
std::vector<std::vector<std::string>> Groups(const std::vector<std::string>& tensors,
                                             const Sizes& sizes, std::uint64_t budget) {
  std::vector<std::vector<std::string>> groups;
  std::uint64_t used = 0;
  for (const std::string& tensor : tensors) {
    const std::uint64_t need = sizes.at(tensor);
    if (groups.empty() || SumOrMost(used, need) > budget) {
      groups.emplace_back();
      used = 0;
    }
    groups.back().push_back(tensor);
    used = SumOrMost(used, need);
  }
  return groups;
}

// Hands the values to the sink, several at a time; the first failure wins.
Status Deliver(std::size_t line, const std::vector<std::string>& tensors,
               std::vector<Value>& values, const CaptureSink& sink,
               const UnreadableSink& unreadable) {
  std::mutex mutex;
  Status status;
  ParallelFor(values.size(), [&](std::size_t i) {
    if (!values[i].unreadable().empty()) {
      const std::lock_guard lock(mutex);
      if (line == 0) unreadable(tensors[i], values[i].unreadable());
      return;
    }
    const Status delivered = sink(line, tensors[i], values[i].view());
    if (delivered.ok()) return;
    const std::lock_guard lock(mutex);
    if (status.ok()) status = delivered;
  });
  return status;
}

// No run is needed to see what is fed.
Status DeliverInputs(const std::vector<std::string>& fed, std::size_t lines,
                     const InputSource& inputs, const CaptureSink& sink) {
  for (std::size_t line = 0; !fed.empty() && line < lines; ++line) {
    ACC_ASSIGN_OR_RETURN(const auto values, inputs(line));
    for (const std::string& name : fed) {
      const auto found = values.find(name);
      if (found == values.end()) return Failure("no value was given for the input '" + name + "'");
      ACC_RETURN_IF_ERROR(sink(line, name, found->second.view()));
    }
  }
  return OkStatus();
}

Status RunPass(const Session& session, const std::vector<std::string>& tensors, std::size_t lines,
               const InputSource& inputs, const CaptureSink& sink, const UnreadableSink& unreadable,
               Progress& progress) {
  for (std::size_t line = 0; line < lines; ++line) {
    ACC_RETURN_IF_ERROR(CheckInterrupted());
    ACC_ASSIGN_OR_RETURN(const auto values, inputs(line));
    ACC_ASSIGN_OR_RETURN(auto captured, session.Run(Views(values), tensors));
    ACC_RETURN_IF_ERROR(Deliver(line, tensors, captured, sink, unreadable));
    progress.Advance();
  }
  return OkStatus();
}

Status CaptureMade(const CapturePlan& plan, const std::vector<std::string>& tensors,
                   std::size_t lines, const InputSource& inputs, const CaptureSink& sink,
                   const UnreadableSink& unreadable, std::string_view what) {
  if (tensors.empty()) return OkStatus();
  // The first use of the runtime opens it; after that, threads may share it.
  ACC_RETURN_IF_ERROR(LoadOnnxRuntime());
  auto inference = StartInference(plan);
  ACC_ASSIGN_OR_RETURN(auto whole, SessionWithOutputs(plan, tensors));
  ACC_ASSIGN_OR_RETURN(const Sizes sizes, SizesFor(plan, tensors, whole, inference));
  const auto groups = Groups(tensors, sizes, plan.memory_budget_bytes);
  Progress progress(std::string(what), groups.size() * lines);
  if (groups.size() == 1) return RunPass(whole, tensors, lines, inputs, sink, unreadable, progress);
  LogInfo("{}: {} in {} passes to stay within the memory budget", what,
          Counted(tensors.size(), "tensor"), groups.size());
  std::optional<Session> freed(std::move(whole));
  freed.reset();
  for (const auto& group : groups) {
    ACC_ASSIGN_OR_RETURN(const auto session, SessionWithOutputs(plan, group));
    ACC_RETURN_IF_ERROR(RunPass(session, group, lines, inputs, sink, unreadable, progress));
  }
  return OkStatus();
}

}  // namespace

Inputs Views(const std::map<std::string, Tensor>& inputs) {
  Inputs views;
  for (const auto& [name, tensor] : inputs) views[name] = tensor.view();
  return views;
}

Status Capture(const CapturePlan& plan, std::size_t lines, const InputSource& inputs,
               const CaptureSink& sink, const UnreadableSink& unreadable, std::string_view what) {
  std::vector<std::string> fed;
  std::vector<std::string> made;
  for (const std::string& tensor : plan.tensors) {
    (plan.inputs.contains(tensor) ? fed : made).push_back(tensor);
  }
  ACC_RETURN_IF_ERROR(DeliverInputs(fed, lines, inputs, sink));
  return CaptureMade(plan, made, lines, inputs, sink, unreadable, what);
}

}  // namespace acc::ort

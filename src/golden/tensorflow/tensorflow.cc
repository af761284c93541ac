// SPDX-License-Identifier: BSD-3-Clause
#include <exception>
#include <mutex>
#include <thread>

#include "base/interrupt.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/status.h"
#include "base/terminal.h"
#include "base/threads.h"
#include "golden/framework.h"
#include "golden/tensorflow/control_flow.h"
#include "golden/tensorflow/session.h"
#include "model/tensorflow/tensorflow_format.h"

namespace acc::golden {
namespace {

using tensorflow::ControlFlow;
using tensorflow::Session;
using tensorflow::Value;

// What a pass fetches. A tensor of a branch that did not run fails the pass: it is alone.
struct Pass {
  std::vector<std::string> tensors;
  bool may_have_no_value = false;
};

// Splits the tensors so that no pass is expected to need more than the budget; a tensor above it is
// alone.
Result<std::vector<Pass>> Passes(const Request& request, const Session& session,
                                 const UnreadableSink& unreadable) {
  const ControlFlow flow = tensorflow::FindControlFlow(*request.graph);
  std::vector<Pass> passes;
  std::vector<Pass> alone;
  std::uint64_t used = 0;
  for (const std::string& tensor : request.tensors) {
    if (flow.in_loops.contains(tensor)) {
      unreadable(tensor, "it lies inside a loop, where it has a value per round");
      continue;
    }
    ACC_ASSIGN_OR_RETURN(const auto expected, session.Expect(tensor));
    if (!expected.unreadable.empty()) {
      unreadable(tensor, expected.unreadable);
      continue;
    }
    if (flow.in_branches.contains(tensor)) {
      alone.push_back({{tensor}, true});
      continue;
    }
    if (passes.empty() || SumOrMost(used, expected.bytes) > request.memory_budget_bytes) {
      passes.emplace_back();
      used = 0;
    }
    passes.back().tensors.push_back(tensor);
    used = SumOrMost(used, expected.bytes);
  }
  passes.insert(passes.end(), alone.begin(), alone.end());
  return passes;
}

// Hands the values to the sink, several at a time; the first failure wins.
Status Deliver(const std::vector<std::string>& tensors, const std::vector<Value>& values,
               const Sink& sink, const UnreadableSink& unreadable) {
  std::mutex mutex;
  Status status;
  ParallelFor(values.size(), [&](std::size_t i) {
    const auto view = values[i].view();
    if (!view) {
      const std::lock_guard lock(mutex);
      unreadable(tensors[i], "a tensor of type " + values[i].TypeName());
      return;
    }
    const Status delivered = sink(tensors[i], *view);
    const std::lock_guard lock(mutex);
    if (status.ok()) status = delivered;
  });
  return status;
}

Status RunPass(const Session& session, const Pass& pass, const Sink& sink,
               const UnreadableSink& unreadable) {
  const auto values = session.Run(pass.tensors);
  if (values.ok()) return Deliver(pass.tensors, *values, sink, unreadable);
  if (!pass.may_have_no_value) return values.status();
  unreadable(pass.tensors.front(), "its branch did not run");
  return OkStatus();
}

// Opens the library beside other work. What fails here fails again, and is told, when a session
// asks for the library.
std::jthread OpenLibraryBeside() {
  try {
    return std::jthread([]() noexcept {
      try {
        static_cast<void>(tensorflow::LoadTensorflow());
      } catch (const std::exception&) {
        return;
      }
    });
  } catch (const std::exception&) {
    return {};
  }
}

Status Run(const Request& request, const Sink& sink, const UnreadableSink& unreadable) {
  model::Ends ends;
  for (const auto& [name, tensor] : request.inputs) ends.inputs.push_back(name);
  for (const ValueInfo& output : request.graph->outputs) ends.outputs.push_back(output.name);
  // A quarter of a second, which a large file is read in.
  std::jthread opening = OpenLibraryBeside();
  ACC_ASSIGN_OR_RETURN(std::string content, model::NeededTensorflow(request.model_path, ends));
  if (opening.joinable()) opening.join();
  ACC_ASSIGN_OR_RETURN(const Session session,
                       Session::Create(content, request.inputs, request.optimize));
  content = {};
  ACC_ASSIGN_OR_RETURN(const auto passes, Passes(request, session, unreadable));
  if (passes.size() > 1) LogInfo("golden run: {} passes", passes.size());
  Progress progress("golden run", passes.size());
  for (const Pass& pass : passes) {
    ACC_RETURN_IF_ERROR(CheckInterrupted());
    ACC_RETURN_IF_ERROR(RunPass(session, pass, sink, unreadable));
    progress.Advance();
  }
  return OkStatus();
}

}  // namespace

Status RunTensorflow(const Request& request, const Sink& sink, const UnreadableSink& unreadable) {
  return Run(request, sink, unreadable)
      .WithContext("TensorFlow could not run '" + request.model_path.string() + "'");
}

}  // namespace acc::golden
